import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { createLogger } from '@watchpost/shared/observability/logger';
import { runCameras } from './demo/cameras.ts';
import { runColleagues } from './demo/colleagues.ts';
import { firstResult } from './demo/first-result.ts';
import { introduce } from './demo/household.ts';
import { addRules } from './demo/message-rules.ts';
import { approving, feedSlug, runNewsroom, writeFeeds } from './demo/newsroom.ts';
import { quarantineKey } from './demo/quarantine-key.ts';
import { scenes } from './demo/scenes.ts';
import { isSet, type LauncherConfig, loadLauncherConfig } from './config.ts';
import { checkConfig, childEnv, demoCommand, hostOf, logLevelOf, type Plan, planFor, readersEnv } from './plan.ts';
import { originOf } from './processes/ask-health.ts';
import { prepareDataDir } from './data-folder/data-dir.ts';
import { ensureFree, freePortFrom, type Place } from './processes/ports.ts';
import { innerPort, servicePort, type PortRules } from './processes/service-ports.ts';
import { servePage } from './slack/page/page-server.ts';
import { memoryEnv } from '@watchpost/see/config';
import { type EmulatedSlack, startEmulatedSlack } from './slack/emulated-slack.ts';
import { supervise } from './processes/supervised.ts';
import { superviseDatabase } from './processes/supervised-database.ts';

export interface LaunchOptions {
  env: NodeJS.ProcessEnv;
  /** Whether to start the demonstration, where the command line says so. */
  demo: boolean | undefined;
  lifecycle: Lifecycle;
  say: (text: string) => void;
  onLine: (processName: string, line: string) => void;
  /** What it is going to start. */
  onPlan: (plan: Plan) => void;
  /** A process keeps ending: everything has to stop. */
  onGivenUp: (error: AppError) => void;
}

const mains = {
  worker: import.meta.resolve('@watchpost/worker/main'),
  ingest: import.meta.resolve('@watchpost/ingest/main'),
  feed: import.meta.resolve('@watchpost/feed/main'),
};
const readChannel = 'camera-snapshots';
const writeChannel = 'who-was-there';
const chatChannel = 'general';
const adminChannel = 'rules-admins';
const newsChannel = 'newsroom';
const bot = 'watchpost';
const emulatorPort = 4_003;
/** As deploy/slack-app.yaml names it. */
const recogniseShortcut = 'recognise_faces';

/**
 * Starts what the environment does not name (database, Slack), then our processes. Resolves when all are ready for work.
 * Everything is registered with `lifecycle` and stops in reverse order, the database last.
 */
export async function launch(options: LaunchOptions): Promise<void> {
  const { env, demo, lifecycle, say } = options;
  const plan = planFor(env, demo);
  options.onPlan(plan);
  checkConfig(env, plan, demo);
  const files = mainFiles();
  const config = loadLauncherConfig(env);
  const host = hostOf(env, config.HOST, plan);
  const claim = async (place: Place): Promise<void> =>
    ensureFree(place, () => say(`waiting for port ${String(place.port)}: a process of an earlier start still stops`), lifecycle.stopping);
  const hasFeeds = plan.demo || isSet(env, 'FEEDS_FILE');
  const ports = await portsOf(config, { env, host, plan, hasFeeds, claim });
  const port = ports.ingest;
  const isFirstStart = !existsSync(path.join(plan.dataDir, 'postgres'));
  if (plan.embedded.length > 0) await prepareDataDir(plan.dataDir);
  const databaseUrl = await startDatabase(config, plan, options);
  // Not before the folder is known to be ours: else the next line would say that nothing starts.
  if (config.PORT !== 0 && port !== config.PORT) say(`port ${String(config.PORT)} is taken, ingest listens on ${String(port)}`);
  const emulated = plan.demo ? await emulateSlack(lifecycle, plan, demoCommand(env, plan.dataDir, hasGalleryBeside(plan))) : undefined;
  // Whoever was asked to stop meanwhile starts nothing more.
  if (lifecycle.stopping.aborted) return;
  const ownEnv = childEnv(env, { ports, databaseUrl, slackEnv: emulated?.env });

  say(startingLine(plan, hasFeeds));
  const all = await Promise.all(startProcesses(files, { config, ports, host, env: ownEnv }, options));
  if (lifecycle.stopping.aborted || all.includes(false)) return;
  if (emulated) {
    const origins = { ingest: originOf({ host, port }), feed: originOf({ host, port: ports.feed ?? 0 }) };
    startDemo(emulated, { origins, plan, household: isFirstStart ? ownEnv : undefined }, options);
  } else say(`ready: Slack's request URL is http://<this machine>:${String(port)}/api/events`);
}

/** Starts worker, ingest and feed. Resolves for each to whether it is ready. */
function startProcesses(
  files: Record<keyof typeof mains, string>,
  { config, ports, host, env }: { config: LauncherConfig; ports: Awaited<ReturnType<typeof portsOf>>; host: string; env: Env },
  options: LaunchOptions,
): Promise<boolean>[] {
  const { lifecycle, say } = options;
  const graceMs = config.SHUTDOWN_GRACE_MS + 5_000;
  const ready: Promise<boolean>[] = [];
  for (const [name, healthPort, ofName] of [
    ['worker', ports.worker, { ...memoryEnv, ...env }],
    ['ingest', ports.ingest, env],
    ['feed', ports.feed, readersEnv(env)],
  ] as const) {
    if (healthPort === null) continue;
    const child = supervise({
      ...options,
      name,
      file: files[name],
      env: ofName,
      graceMs,
      health: { host, port: healthPort },
    });
    lifecycle.onStop(name, async () => child.stop());
    lifecycle.aborting.addEventListener('abort', () => child.abort());
    ready.push(
      child.ready.then((isReady) => {
        if (isReady && !lifecycle.stopping.aborted) say(`${name} is ready`);
        return isReady;
      }),
    );
  }
  return ready;
}

function startingLine({ embedded }: Plan, hasFeeds: boolean): string {
  const what = hasFeeds ? 'ingest, worker and feed' : 'ingest and worker';
  return `starting ${what}${embedded.length > 0 ? ` (embedded: ${embedded.join(' and ')})` : ''}; on the first start the worker prepares its models`;
}

/** Resolves with the URL of the embedded database; undefined: there is none. */
async function startDatabase(
  { LOG_LEVEL }: LauncherConfig,
  plan: Plan,
  { env, lifecycle, say, onLine, onGivenUp }: LaunchOptions,
): Promise<string | undefined> {
  if (plan.embedded.length === 0) return undefined;
  say(`starting the embedded database in ${plan.dataDir} (the first start takes about a second)`);
  const log = createLogger('database', logLevelOf(env, LOG_LEVEL, plan), { write: (line) => onLine('database', line.trimEnd()) });
  const database = await superviseDatabase({ dataDir: plan.dataDir, log, say, onGivenUp }, lifecycle.stopping);
  lifecycle.onStop('database', async () => database.stop());
  return database.url;
}

/** The files to run. Throws `build-missing`. */
function mainFiles(): Record<keyof typeof mains, string> {
  const files = { worker: fileURLToPath(mains.worker), ingest: fileURLToPath(mains.ingest), feed: fileURLToPath(mains.feed) };
  const missing = Object.values(files).find((file) => !existsSync(file));
  if (missing === undefined) return files;
  throw new AppError('build-missing', `${missing} is missing: run npm start, which builds it`);
}

/** The ports of ingest, worker and feed; `feed` is null where none is started. */
async function portsOf(
  config: LauncherConfig,
  { env, host, plan, hasFeeds, claim }: { env: Env; host: string; plan: Plan; hasFeeds: boolean; claim: PortRules['claim'] },
): Promise<{ ingest: number; worker: number; feed: number | null }> {
  const mayMove = (variable: string): boolean => plan.demo && !isSet(env, variable);
  const ingest = await servicePort({ port: config.PORT, variable: 'PORT', mayMove: mayMove('PORT') }, { host, claim, taken: [] });
  const feed = hasFeeds
    ? await servicePort(
        { port: config.FEED_PORT, variable: 'FEED_PORT', mayMove: mayMove('FEED_PORT') },
        { host, claim, taken: [ingest, ...(isSet(env, 'WORKER_PORT') ? [config.WORKER_PORT] : [])] },
      )
    : null;
  const isChosen = isSet(env, 'WORKER_PORT');
  const taken = [ingest, ...(feed === null ? [] : [feed])];
  const worker = await innerPort({ port: config.WORKER_PORT, variable: 'WORKER_PORT', isChosen }, { host, claim, taken });
  return { ingest, worker, feed };
}

interface Emulated {
  slack: EmulatedSlack;
  /** How to call the command line. */
  command: string;
  pageUrl: string;
  env: NodeJS.ProcessEnv;
}

async function emulateSlack(lifecycle: Lifecycle, { dataDir }: Plan, command: string): Promise<Emulated> {
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
    slack,
    command,
    pageUrl: page.url,
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
  };
}

/** Whether a gallery is kept beside the demonstration's, such as that of an earlier version's demonstration. */
const hasGalleryBeside = ({ dataDir }: Plan): boolean => existsSync(path.join(dataDir, '..', 'postgres'));

interface DemoOptions {
  /** Where they are. */
  origins: { ingest: string; feed: string };
  plan: Plan;
  /** The environment in which the household is made known; undefined: it is. */
  household: NodeJS.ProcessEnv | undefined;
}

function startDemo(
  { slack, command, pageUrl }: Emulated,
  { origins: { ingest, feed }, plan, household }: DemoOptions,
  { lifecycle, say }: LaunchOptions,
): void {
  const { stopping } = lifecycle;
  slack.connect({ events: `${ingest}/api/events`, interactions: `${ingest}/api/interactions`, commands: `${ingest}/api/commands` });
  const folder = path.join(plan.dataDir, '..');
  const known = household ? introduce({ env: household, say }, stopping) : Promise.resolve();
  const cameras = known.then(async () => runCameras({ slack, channel: readChannel, say }, stopping));
  lifecycle.onStop('cameras', async () => cameras);
  const rules = household ? addRules({ env: household, channel: slack.channelId(chatChannel), say }, stopping) : Promise.resolve();
  const colleagues = rules.then(async () => runColleagues({ slack, channel: chatChannel, say }, stopping));
  lifecycle.onStop('colleagues', async () => colleagues);
  const newsroom = runNewsroom({ slack, channel: newsChannel, say }, stopping);
  lifecycle.onStop('newsroom', async () => newsroom);
  say('');
  say(`  This is the demonstration: an emulated Slack with ${String(Object.keys(scenes).length)} cameras. Look at it:`);
  say(`      ${pageUrl}`);
  say(`  In #${chatChannel} a key and a card number are removed as soon as they are posted: try one; #${adminChannel} says why.`);
  say(`  #${newsChannel} is published live, once somebody has set a ✅: ${feed}/feeds/${feedSlug}/page`);
  say('  Click "This is…" below a face to name it there, or from a second terminal:');
  say(`      ${command} name "Unknown 1" Ada`);
  if (hasGalleryBeside(plan))
    say(`  The gallery in ${folder}, of an installation or of an earlier version's demonstration, is another one and stays as it is.`);
  say(`  Ctrl-C stops everything; what was learnt stays in ${plan.dataDir}.`);
  say('');
  void firstResult(slack, bot, writeChannel, stopping).then((text) => {
    if (text !== undefined) say(`the first result has been posted: ${pageUrl}`);
  });
}
