import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '@watchpost/standalone/processes/guarded';
import { z } from 'zod';
import { pause } from '@watchpost/shared/wait';
import { endProcess, freePort, untilAnswering, hasEnded } from '../../servers/server.ts';
import type { Member } from './crew.ts';
import type { Journal } from './journal.ts';
import { childrenOf } from './stores.ts';

/** `npm start` with nothing but a Slack: its own PostgreSQL, a worker and an ingest. It is started again whenever it ends. */
export interface Launcher {
  /** Of its PostgreSQL. */
  databaseUrl: string;
  members: Member[];
  /** SIGKILL, and a new start at once. */
  kill(): void;
  /** How it ended by itself, if it did. */
  endings(): string[];
  log(): string;
  stop(): Promise<void>;
}

const main = fileURLToPath(import.meta.resolve('@watchpost/standalone/main'));
const embeddedSchema = z.object({ url: z.string() });
/** After it has ended by itself. Milliseconds. */
const restartAfterMs = 300;
/** Its last words, in the report. */
const lastLines = 8;

const never = new AbortController().signal;

/** Starts it. Resolves when its database can be reached; its processes may not be ready yet. */
export async function startLauncher(dataDir: string, env: Record<string, string>, journal: Journal): Promise<Launcher> {
  const [port, workerPort] = [await freePort(), await freePort()];
  const full = { ...env, DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: String(workerPort) };
  const endings: string[] = [];
  let output = '';
  let isStopping = false;
  let isKilled = false;
  let child: ChildProcess;
  const start = (): void => {
    child = spawnGuarded([process.execPath, main], { env: full, signalWhenOrphaned: 'INT' });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('exit', () => void again());
  };
  const again = async (): Promise<void> => {
    if (isStopping) return;
    if (!isKilled) {
      // Without those of its processes.
      const lastWords =
        output
          .match(/^watchpost: .*$/gm)
          ?.slice(-lastLines)
          .join('\n') ?? '';
      endings.push(`ended by itself:\n${lastWords}`);
      journal.note('launcher', 'ended by itself');
      journal.count('ended by themselves');
      await pause(restartAfterMs, never);
    }
    isKilled = false;
    if (!isStopping) start();
  };
  start();
  let databaseUrl = '';
  await untilAnswering(
    () => endings[0],
    async () => {
      databaseUrl = embeddedSchema.parse(JSON.parse(await readFile(join(dataDir, 'embedded.json'), 'utf8'))).url;
    },
  );
  const member = (kind: Member['kind'], at: number): Member => ({
    name: `${kind} of the launcher`,
    kind,
    url: `http://127.0.0.1:${String(at)}`,
    kill: () => {
      const found = childrenOf(child.pid ?? 0).find(({ command }) => command.includes(`/${kind}/dist/main.js`));
      if (!found) return;
      journal.note(`${kind} of the launcher`, 'killed');
      journal.count(`kills of ${kind === 'worker' ? 'workers' : 'ingest'}`);
      process.kill(found.pid, 'SIGKILL');
    },
    log: () => '',
    stop: async () => undefined,
  });
  return {
    databaseUrl,
    members: [member('worker', workerPort), member('ingest', port)],
    kill: () => {
      if (hasEnded(child)) return;
      isKilled = true;
      journal.note('launcher', 'killed');
      journal.count('kills of the launcher');
      child.kill('SIGKILL');
    },
    endings: () => endings,
    log: () => output,
    stop: async () => {
      isStopping = true;
      await endProcess(child, 'SIGTERM');
    },
  };
}
