import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '@watchpost/standalone/processes/guarded';
import { z } from 'zod';
import { endProcess, freePort, untilAnswering, hasEnded } from '../../servers/server.ts';
import type { Member } from './crew.ts';
import type { Journal } from './journal.ts';
import { childrenOf } from './stores.ts';

/** `npm start` with nothing but a Slack: its own PostgreSQL, a worker and an ingest. */
export interface Launcher {
  /** Of its PostgreSQL. */
  databaseUrl: string;
  members: Member[];
  log(): string;
  stop(): Promise<void>;
}

const main = fileURLToPath(import.meta.resolve('@watchpost/standalone/main'));
const embeddedSchema = z.object({ url: z.string() });

/** Starts it. Resolves when its database can be reached; its processes may not be ready yet. */
export async function startLauncher(dataDir: string, env: Record<string, string>, journal: Journal): Promise<Launcher> {
  const [port, workerPort] = [await freePort(), await freePort()];
  const full = { ...env, DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: String(workerPort) };
  const child = spawnGuarded([process.execPath, main], { env: full, signalWhenOrphaned: 'INT' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let databaseUrl = '';
  await untilAnswering(
    () => (hasEnded(child) ? output : undefined),
    async () => {
      databaseUrl = embeddedSchema.parse(JSON.parse(await readFile(join(dataDir, 'embedded.json'), 'utf8'))).url;
    },
  );
  let isStopping = false;
  void once(child, 'exit').then(() => {
    if (isStopping) return;
    journal.note('launcher', 'ended by itself');
    journal.count('ended by themselves');
  });
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
    log: () => output,
    stop: async () => {
      isStopping = true;
      await endProcess(child, 'SIGTERM');
    },
  };
}
