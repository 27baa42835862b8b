import { fileURLToPath } from 'node:url';
import { pause } from '@watchpost/shared/wait';
import { startApp, type App, type AppOptions } from '../../servers/app.ts';
import { hasEnded } from '../../servers/server.ts';
import type { Journal } from './journal.ts';

/** A process of the pair that is started again whenever it ends, as an orchestrator does. */
export interface Member {
  name: string;
  kind: 'worker' | 'ingest';
  url: string;
  /** SIGKILL. */
  kill(): void;
  /** All that it has logged. */
  log(): string;
  /** Stops it as an operator does. */
  stop(): Promise<void>;
}

const never = new AbortController().signal;
const restartAfterMs = 300;
/** For a stop; then it is killed. */
const graceMs = 30_000;

/** A worker whose jobs are found soon after it was killed. */
const hastyWorker = fileURLToPath(new URL('hasty-worker/main.js', import.meta.url));

/** Starts a process and keeps it running. `hasty`: see hasty-worker/main.ts. */
export async function startMember(
  name: string,
  kind: Member['kind'],
  env: Record<string, string>,
  { hasty, journal, on }: { hasty: boolean; journal: Journal; on?: NonNullable<AppOptions['on']> },
): Promise<Member> {
  const options: AppOptions = { until: 'spawned', ...(on && { on }), ...(kind === 'worker' && hasty && { main: hastyWorker }) };
  const app = await startApp(kind, env, options);
  let isStopping = false;
  let isKilled = false;
  const watch = (): void => {
    app.child().once('exit', (code, signal) => {
      if (isStopping) return;
      if (!isKilled) {
        journal.note(name, `ended by itself: ${String(signal ?? code)}`);
        journal.count('ended by themselves');
      }
      isKilled = false;
      void again();
    });
  };
  const again = async (): Promise<void> => {
    await pause(restartAfterMs, never);
    if (isStopping) return;
    await app.restart();
    watch();
  };
  watch();
  return {
    name,
    kind,
    url: app.url,
    kill: () => {
      if (hasEnded(app.child())) return;
      isKilled = true;
      journal.note(name, 'killed');
      journal.count(`kills of ${kind === 'worker' ? 'workers' : 'ingest'}`);
      app.child().kill('SIGKILL');
    },
    log: app.log,
    stop: async () => {
      isStopping = true;
      await stopWithin(app);
    },
  };
}

async function stopWithin(app: App): Promise<void> {
  const timer = setTimeout(() => void app.stop('SIGKILL'), graceMs);
  await app.stop();
  clearTimeout(timer);
}

/** Resolves when these addresses are ready for work. */
export async function untilReady(urls: readonly string[], signal: AbortSignal): Promise<void> {
  for (const url of urls) {
    while (!(await isReady(url))) await pause(200, signal);
  }
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
