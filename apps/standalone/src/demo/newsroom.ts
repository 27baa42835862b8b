import { writeFile } from 'node:fs/promises';
import { WebClient } from '@slack/web-api';
import { createCanvas } from '@napi-rs/canvas';
import { z } from 'zod';
import { pause } from '@watchpost/shared/wait';
import type { EmulatedSlack, MemberName } from '../slack/emulated-slack.ts';
import { feedsFileIn } from './feeds-file.ts';
import { frame, scenes } from './scenes.ts';

type Reporter = Exclude<MemberName, 'you'>;

/** Whoever sets it says that a message may be published. */
export const approving = 'white_check_mark';
/** Name of the feed in its addresses. */
export const feedSlug = 'newsroom';

/** Writes the demonstration's feeds: the newsroom, and who was there. Resolves to the file's path. */
export async function writeFeeds(folder: string, channels: { newsroom: string; results: string }): Promise<string> {
  const file = feedsFileIn(folder);
  const text = `# The demonstration's feeds, written at each start; docs/feeds.md explains the settings.
feeds:
  - slug: ${feedSlug}
    channel: ${channels.newsroom}
    headline: The garage door, live
    description: <p>Sam and Noor report from the yard. Lena decides what is published.</p>
    approval: { emoji: ${approving}, by: everyone }
    keep: 7d
  - slug: who-was-there
    source: visits
    channel: ${channels.results}
    headline: Who was there
    description: <p>Visits as the cameras saw them. Faces without a name are blurred.</p>
    keep: 7d
`;
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** What is said. `isHeld`: nobody approves it. `reply`: to the message before. */
interface Line {
  by: Reporter;
  text: string;
  afterMs: number;
  isHeld?: boolean;
  isReply?: boolean;
  picture?: { title: string; altText: string };
}

const opening: Line[] = [
  { by: 'sam', text: 'Good morning from the yard. *The garage door is stuck*, and nobody knows why :eyes:', afterMs: 3_000 },
  { by: 'noor', text: 'It last opened at 07:12, says the log.', afterMs: 4_000, isReply: true },
  { by: 'sam', text: '// off the record: I may have leant on the button', afterMs: 5_000 },
  {
    by: 'noor',
    text: 'This is what it looks like now.',
    afterMs: 4_000,
    picture: { title: 'The garage', altText: 'A garage with its door closed and a red van beside it, drawn' },
  },
  {
    by: 'noor',
    text: 'What we know so far:\n• the door is closed\n• the light is on\n• _no car is missing_\n> I heard nothing at all, says the neighbour.',
    afterMs: 8_000,
  },
  { by: 'sam', text: 'Unconfirmed: it was the cat. Is that enough to publish?', afterMs: 8_000, isHeld: true },
];

const later = [
  'Still stuck. The neighbour has brought tea.',
  'A bicycle was moved. More about that soon.',
  'The technician says that it is *certainly* not the motor.',
  'Now it rains as well :umbrella_with_rain_drops:',
  'The light went out by itself. `sensor-2` reports nothing.',
  'The door has moved by three centimetres. It is closed all the same.',
];
/** The emulated Slack keeps all messages in memory. */
const mostLater = 60;
const laterEveryMs = 45_000;
/** How long the editor reads, milliseconds. */
const readsMs = 2_500;

export interface NewsroomOptions {
  slack: EmulatedSlack;
  /** Name of the channel. */
  channel: string;
  say: (text: string) => void;
}

/** Two reporters write, and an editor approves nearly everything, until `signal` aborts. */
export async function runNewsroom({ slack, channel, say }: NewsroomOptions, signal: AbortSignal): Promise<void> {
  const client = (name: MemberName): WebClient =>
    new WebClient(slack.memberToken(name), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const channelId = slack.channelId(channel);
  let before = '';
  const post = async (line: Line): Promise<void> => {
    const ts = line.picture
      ? await postPicture(client(line.by), { channelId, text: line.text, picture: line.picture })
      : await postText(client(line.by), {
          channel: channelId,
          text: line.text,
          ...(line.isReply && before !== '' && { thread_ts: before }),
        });
    if (!line.isReply) before = ts;
    if (line.isHeld || ts === '') return;
    await pause(readsMs, signal);
    await client('lena').reactions.add({ channel: channelId, timestamp: ts, name: approving });
  };
  const lines = [
    ...opening,
    ...Array.from({ length: mostLater }, (_, index): Line => ({
      by: index % 2 === 0 ? 'noor' : 'sam',
      text: later[index % later.length] ?? '',
      afterMs: laterEveryMs,
    })),
  ];
  for (const line of lines) {
    try {
      await pause(line.afterMs, signal);
      await post(line);
    } catch (error) {
      if (signal.aborted) return;
      say(`${line.by} could not report: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Resolves to the message's ts. */
async function postText(client: WebClient, message: { channel: string; text: string; thread_ts?: string }): Promise<string> {
  return z.looseObject({ ts: z.string() }).parse(await client.apiCall('chat.postMessage', message)).ts;
}

/** Posts a drawn picture, and resolves to the message's ts. */
async function postPicture(
  client: WebClient,
  { channelId, text, picture }: { channelId: string; text: string; picture: NonNullable<Line['picture']> },
): Promise<string> {
  const canvas = createCanvas(frame.width, frame.height);
  scenes.Garage.draw(canvas.getContext('2d'));
  const file = await canvas.encode('png');
  await client.filesUploadV2({
    channel_id: channelId,
    file,
    filename: 'garage.png',
    title: picture.title,
    alt_text: picture.altText,
    initial_comment: text,
  });
  const { messages = [] } = await client.conversations.history({ channel: channelId, limit: 5 });
  return messages.find(({ files = [] }) => files.length > 0)?.ts ?? '';
}
