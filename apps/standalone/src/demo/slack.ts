import { randomBytes } from 'node:crypto';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { freePortFrom } from '../processes/ports.ts';
import { startEmulatedSlack } from '../slack/emulated-slack.ts';
import { servePage } from '../slack/page/page-server.ts';
import { type CamerasOptions, runCameras } from './cameras.ts';
import { runColleagues } from './colleagues.ts';
import type { Demonstration } from './demonstration.ts';
import { firstResult } from './first-result.ts';
import { introduce } from './household.ts';
import { addRules } from './message-rules.ts';
import { approving, feedSlug, runNewsroom, writeFeeds } from './newsroom.ts';
import { quarantineKey } from './quarantine-key.ts';
import { scenes } from './scenes.ts';
import { postInSlack } from './slack-camera.ts';

const readChannel = 'camera-snapshots';
const writeChannel = 'who-was-there';
const chatChannel = 'general';
const adminChannel = 'rules-admins';
const newsChannel = 'newsroom';
const bot = 'watchpost';
const emulatorPort = 4_003;
/** As deploy/slack-app.yaml names it. */
const recogniseShortcut = 'recognise_faces';

/** An emulated Slack with cameras, colleagues who post what they should not, and a newsroom. */
export async function emulateSlack(
  lifecycle: Lifecycle,
  { dataDir, command }: { dataDir: string; command: string },
): Promise<Demonstration> {
  const signingSecret = randomBytes(16).toString('hex');
  const port = await freePortFrom(emulatorPort, '127.0.0.1');
  const slack = await startEmulatedSlack({
    port,
    signingSecret,
    apps: [bot, ...Object.keys(scenes)],
    // The first two have the same ids at every start: rules know the second one. The others have other ids: what is remembered of an
    // earlier start's cameras is not about these.
    channels: [writeChannel, chatChannel, readChannel, adminChannel, newsChannel],
    commands: ['/faces', '/rules'],
  });
  lifecycle.onStop('emulated Slack', async () => slack.close());
  const page = await servePage({
    port: await freePortFrom(port + 1, '127.0.0.1'),
    front: slack.front,
    command,
    channels: [
      { id: slack.channelId(writeChannel), name: writeChannel, purpose: 'who was there: name faces here' },
      { id: slack.channelId(readChannel), name: readChannel, purpose: 'what the cameras post' },
      { id: slack.channelId(chatChannel), name: chatChannel, purpose: 'keys and card numbers do not stay here: post one' },
      { id: slack.channelId(adminChannel), name: adminChannel, purpose: 'what was removed, and why; /rules list' },
      {
        id: slack.channelId(newsChannel),
        name: newsChannel,
        purpose: 'published live: what has a ✅ is on the feed',
        reaction: approving,
      },
    ],
    shortcuts: [{ name: 'Recognise faces', callbackId: recogniseShortcut }],
  });
  lifecycle.onStop('page', async () => page.close());
  return {
    env: {
      SLACK_API_TOKEN: slack.token(bot),
      SLACK_API_URL: slack.apiUrl,
      SLACK_FILE_HOSTS: slack.url,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_VERIFICATION_TOKEN: '',
      SLACK_APP_TOKEN: '',
      READ_SLACK_CHANNEL_ID: slack.channelId(readChannel),
      WRITE_SLACK_CHANNEL_ID: slack.channelId(writeChannel),
      ADMIN_SLACK_CHANNEL_ID: slack.channelId(adminChannel),
      RULES_ADMINS: 'everyone',
      SLACK_USER_TOKEN: slack.memberToken('you'),
      QUARANTINE_KEY: await quarantineKey(dataDir),
      // With a key that stays, the command line and the next start read what waits for approval.
      MESSAGE_KEY: await quarantineKey(dataDir),
      FEEDS_FILE: await writeFeeds(dataDir, { newsroom: slack.channelId(newsChannel), results: slack.channelId(writeChannel) }),
    },
    begin: ({ origins: { ingest, feed, console }, household, notes, say, stopping }) => {
      slack.connect({ events: `${ingest}/api/events`, interactions: `${ingest}/api/interactions`, commands: `${ingest}/api/commands` });
      const known = household ? introduce({ env: household, say }, stopping) : Promise.resolve();
      const post: CamerasOptions['post'] = async (...snapshot) => postInSlack(slack, readChannel, ...snapshot);
      const cameras = known.then(async () => runCameras({ post, say }, stopping));
      lifecycle.onStop('cameras', async () => cameras);
      const rules = household ? addRules({ env: household, channel: slack.channelId(chatChannel), say }, stopping) : Promise.resolve();
      const colleagues = rules.then(async () => runColleagues({ slack, channel: chatChannel, say }, stopping));
      lifecycle.onStop('colleagues', async () => colleagues);
      const newsroom = runNewsroom({ slack, channel: newsChannel, say }, stopping);
      lifecycle.onStop('newsroom', async () => newsroom);
      say('');
      say(`  This is the demonstration: an emulated Slack with ${String(Object.keys(scenes).length)} cameras. Look at it:`);
      say(`      ${page.url}`);
      say(`  In #${chatChannel} a key and a card number are removed as soon as they are posted: try one; #${adminChannel} says why.`);
      say(`  #${newsChannel} is published live, once somebody has set a ✅: ${feed}/feeds/${feedSlug}/page`);
      say(`  The console (the link logs in once, within 15 minutes): ${console}`);
      say('  Click "This is…" below a face to name it there, or from a second terminal:');
      say(`      ${command} name "Unknown 1" Ada`);
      for (const note of notes) say(`  ${note}`);
      say('');
      void firstResult(slack, bot, writeChannel, stopping).then((text) => {
        if (text !== undefined) say(`the first result has been posted: ${page.url}`);
      });
    },
  };
}
