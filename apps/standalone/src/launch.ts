import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { createLogger } from '@watchpost/shared/observability/logger';
import { raceWithin } from '@watchpost/shared/wait';
import type { Demonstration } from './demo/demonstration.ts';
import { emulateSlack } from './demo/slack.ts';
import { emulateTelegram } from './demo/telegram.ts';
import { isSet, type LauncherConfig, loadLauncherConfig } from './config.ts';
import { linkOf, makeLinkCode, operatorsEnv, withoutConsole } from './console-process.ts';
import { checkConfig, childEnv, type Demo, demoCommand, hasConsole, hostOf, logLevelOf, type Plan, planFor, readersEnv } from './plan.ts';
import { originOf } from './processes/ask-health.ts';
import { prepareDataDir } from './data-folder/data-dir.ts';
import { drained } from './drain.ts';
import { ensureFree, type Place } from './processes/ports.ts';
import { innerPort, servicePort, type PortRules } from './processes/service-ports.ts';
import { memoryEnv } from '@watchpost/see/config';
import { supervise } from './processes/supervised.ts';
import { superviseDatabase } from './processes/supervised-database.ts';

export interface LaunchOptions {
  env: NodeJS.ProcessEnv;
  /** Which demonstration to start, or none, where the command line says so. */
  demo: Demo | false | undefined;
  /** Only a worker is started, until the queue is empty; then this is called. Undefined: everything is started. */
  onDrained: (() => void) | undefined;
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
  console: import.meta.resolve('@watchpost/console/main'),
};

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
  const hasFeeds = plan.demo === 'slack' || (plan.demo === false && isSet(env, 'FEEDS_FILE'));
  const withConsole = hasConsole(env, plan);
  const ports = await portsOf(config, { env, host, plan, hasFeeds, withConsole, claim });
  const port = ports.ingest;
  const isFirstStart = !existsSync(path.join(plan.dataDir, 'postgres'));
  if (plan.embedded.length > 0) await prepareDataDir(plan.dataDir);
  const databaseUrl = await startDatabase(config, plan, options);
  // Not before the folder is known to be ours: else the next line would say that nothing starts.
  if (config.PORT !== 0 && port !== config.PORT) say(`port ${String(config.PORT)} is taken, ingest listens on ${String(port)}`);
  const demonstration = await emulate(plan, options);
  // Whoever was asked to stop meanwhile starts nothing more.
  if (lifecycle.stopping.aborted) return;
  const linkCode = demonstration ? makeLinkCode() : null;
  const ownEnv = childEnv(env, { ports, databaseUrl, demoEnv: demonstration?.env });

  say(startingLine(plan, { hasFeeds, withConsole, isDraining: options.onDrained !== undefined }));
  const started = startProcesses(files, { config, ports, host, env: ownEnv, linkCode }, options);
  if (!(await allReady(started, options))) return;
  if (options.onDrained) {
    await drained(ownEnv, say, lifecycle.stopping);
    options.onDrained();
  } else if (demonstration) {
    const household = isFirstStart ? ownEnv : undefined;
    const origins = originsOf(host, ports, linkCode);
    demonstration.begin({ origins, household, notes: notesOf(plan), say, stopping: lifecycle.stopping });
  } else sayEach(readyLines(env, ports), say);
}

function sayEach(lines: readonly string[], say: (text: string) => void): void {
  for (const line of lines) say(line);
}

/** Where each process listens; empty: it is not started. The console's address is the link that signs in. */
function originsOf(host: string, ports: Ports, linkCode: string | null): { ingest: string; feed: string; console: string } {
  const at = (port: number | null): string => (port === null ? '' : originOf({ host, port }));
  return { ingest: at(ports.ingest), feed: at(ports.feed), console: linkOf(at(ports.console), linkCode ?? '') };
}

interface Started {
  name: string;
  /** Resolves to whether it is ready; see Supervised. */
  ready: Promise<boolean>;
}

/** After all others are ready, milliseconds. */
const consolePatienceMs = 15_000;

/** Starts worker, ingest, feed and console. */
function startProcesses(
  files: Record<keyof typeof mains, string>,
  { config, ports, host, env, linkCode }: { config: LauncherConfig; ports: Ports; host: string; env: Env; linkCode: string | null },
  options: LaunchOptions,
): Started[] {
  const { lifecycle, say } = options;
  const graceMs = config.SHUTDOWN_GRACE_MS + 5_000;
  const started: Started[] = [];
  const others = withoutConsole(env);
  for (const [name, healthPort, ofName] of [
    ['worker', ports.worker, { ...memoryEnv, ...others }],
    ['ingest', ports.ingest, others],
    ['feed', ports.feed, readersEnv(others)],
    ['console', ports.console, { ...operatorsEnv(env), ...(linkCode !== null && { CONSOLE_LINK_CODE: linkCode }) }],
  ] as const) {
    if (healthPort === null || (options.onDrained && name !== 'worker')) continue;
    const child = supervise({
      ...options,
      name,
      file: files[name],
      env: ofName,
      graceMs,
      health: { host, port: healthPort },
      onGivenUp: whenGivenUp(name, options),
    });
    lifecycle.onStop(name, async () => child.stop());
    lifecycle.aborting.addEventListener('abort', () => child.abort());
    const ready = child.ready.then((isReady) => {
      if (isReady && !lifecycle.stopping.aborted) say(`${name} is ready`);
      return isReady;
    });
    started.push({ name, ready });
  }
  return started;
}

/**
 * Resolves to whether all processes are ready, false when we stop before. The operators' page is waited for some seconds longer, whatever
 * becomes of it. Rejects where another one did not start.
 */
export async function allReady(
  started: readonly Started[],
  { lifecycle: { stopping }, say, onGivenUp }: { lifecycle: Pick<Lifecycle, 'stopping'> } & Pick<LaunchOptions, 'say' | 'onGivenUp'>,
  patienceMs = consolePatienceMs,
): Promise<boolean> {
  const pages = started
    .filter(({ name }) => name === 'console')
    .map(async ({ name, ready }) =>
      ready.catch((error: unknown) => {
        whenGivenUp(name, { say, onGivenUp })(toAppError(error));
        return true;
      }),
    );
  const others = await Promise.all(started.filter(({ name }) => name !== 'console').map(async ({ ready }) => ready));
  if (stopping.aborted || others.includes(false)) return false;
  await raceWithin(async () => Promise.all(pages), stopping, patienceMs).catch(() => undefined);
  return !stopping.aborted;
}

/** What a process that keeps ending means: everything stops, unless it is the operators' page, for which nobody's pictures shall wait. */
export const whenGivenUp =
  (name: string, { say, onGivenUp }: Pick<LaunchOptions, 'say' | 'onGivenUp'>) =>
  (error: AppError): void => {
    if (name !== 'console') return onGivenUp(error);
    return say(`${error.message}\nEverything else goes on without the console. Start watchpost again when this is mended.`);
  };

function startingLine(
  { embedded }: Plan,
  { hasFeeds, withConsole, isDraining }: { hasFeeds: boolean; withConsole: boolean; isDraining: boolean },
): string {
  if (isDraining) return 'starting a worker alone, until the queue is empty';
  const names = ['ingest', 'worker', ...(hasFeeds ? ['feed'] : []), ...(withConsole ? ['console'] : [])];
  const what = `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  return `starting ${what}${embedded.length > 0 ? ` (embedded: ${embedded.map((part) => (part === 'gallery' ? 'database' : part)).join(' and ')})` : ''}; on the first start the worker prepares its models`;
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
  const files = {
    worker: fileURLToPath(mains.worker),
    ingest: fileURLToPath(mains.ingest),
    feed: fileURLToPath(mains.feed),
    console: fileURLToPath(mains.console),
  };
  const missing = Object.values(files).find((file) => !existsSync(file));
  if (missing === undefined) return files;
  throw new AppError('build-missing', `${missing} is missing: run npm start, which builds it`);
}

/** The ports of our processes; null where one is not started. */
interface Ports {
  ingest: number;
  worker: number;
  feed: number | null;
  console: number | null;
}

async function portsOf(
  config: LauncherConfig,
  how: { env: Env; host: string; plan: Plan; hasFeeds: boolean; withConsole: boolean; claim: PortRules['claim'] },
): Promise<Ports> {
  const { env, host, plan, hasFeeds, withConsole, claim } = how;
  const taken: number[] = [];
  const take = async (variable: 'PORT' | 'FEED_PORT' | 'CONSOLE_PORT', chosen: readonly number[]): Promise<number> => {
    const mayMove = plan.demo !== false && !isSet(env, variable);
    const port = await servicePort({ port: config[variable], variable, mayMove }, { host, claim, taken: [...taken, ...chosen] });
    taken.push(port);
    return port;
  };
  const isChosen = isSet(env, 'WORKER_PORT');
  const workers = isChosen ? [config.WORKER_PORT] : [];
  const ingest = await take('PORT', []);
  const feed = hasFeeds ? await take('FEED_PORT', workers) : null;
  const console = withConsole ? await take('CONSOLE_PORT', workers) : null;
  const worker = await innerPort({ port: config.WORKER_PORT, variable: 'WORKER_PORT', isChosen }, { host, claim, taken });
  return { ingest, worker, feed, console };
}

/** The emulated platform; undefined: this is no demonstration. */
async function emulate(plan: Plan, { env, lifecycle }: LaunchOptions): Promise<Demonstration | undefined> {
  if (plan.demo === false) return undefined;
  const how = { dataDir: plan.dataDir, command: demoCommand(env, plan.dataDir, hasGalleryBeside(plan)) };
  return plan.demo === 'telegram' ? emulateTelegram(lifecycle, how) : emulateSlack(lifecycle, how);
}

/** Whether a gallery is kept beside the demonstration's, such as that of an earlier version's demonstration. */
const hasGalleryBeside = ({ dataDir }: Plan): boolean => existsSync(path.join(dataDir, '..', 'postgres'));

function notesOf(plan: Plan): string[] {
  const folder = path.join(plan.dataDir, '..');
  return [
    ...(hasGalleryBeside(plan)
      ? [`The gallery in ${folder}, of an installation or of an earlier version's demonstration, is another one and stays as it is.`]
      : []),
    `Ctrl-C stops everything; what was learnt stays in ${plan.dataDir}.`,
  ];
}

/** Where each platform, and operators, find us. */
function readyLines(env: Env, { ingest, console }: Ports): string[] {
  const at = (port: number): string => `http://<this machine>:${String(port)}`;
  const telegram = isSet(env, 'TELEGRAM_WEBHOOK_SECRET')
    ? `Telegram's webhook is ${at(ingest)}/api/telegram`
    : 'we ask Telegram for its updates';
  return [
    ...(isSet(env, 'SLACK_API_TOKEN') ? [`ready: Slack's request URL is ${at(ingest)}/api/events`] : []),
    ...(isSet(env, 'TELEGRAM_BOT_TOKEN') ? [`ready: ${telegram}`] : []),
    console === null
      ? 'the console is off: it starts once CONSOLE_PASSWORD is set'
      : `the console is at ${env['CONSOLE_URL'] ?? at(console)}`,
  ];
}
