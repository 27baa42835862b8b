/** A process with a gallery like a worker's; the benches control it over IPC. */
import { once, setMaxListeners } from 'node:events';
import { openWorkbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { orderSchema, type Reply } from './children.ts';

const storageSchema = z.object({ MONGO_CONNECTION_STRING: z.string().optional(), POSTGRES_URL: z.string().optional() });

const { signal } = new AbortController();
setMaxListeners(0, signal);
const storage = storageSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const workbench = await openWorkbench(storage, createLogger('bench', 'fatal'), signal);

const send = (reply: Reply): void => void process.send?.(reply);

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  if (order.kind === 'stop') void stop();
  else if (order.kind === 'await-name') void awaitName(order.name);
  else void recognise(order.snapshotId, Float32Array.from(order.embedding));
});
send({ kind: 'ready' });
await once(process, 'disconnect');

async function recognise(snapshotId: string, embedding: Float32Array): Promise<void> {
  const startMs = performance.now();
  const face = { box: { x: 0, y: 0, width: 100, height: 100 }, embedding, modelId: 'bench', quality: 0.9, sizePx: 100 };
  const snapshot = { snapshotId, channel: 'slack:C1', camera: null, takenAtMs: Date.now() };
  const [answer] = await workbench.gallery.recognise(snapshot, [face], signal);
  send({ kind: 'recognised', name: answer?.person?.name ?? null, elapsedMs: performance.now() - startMs });
}

/** Checks memory, not the database, every few milliseconds. */
async function awaitName(name: string): Promise<void> {
  while (workbench.mirror.called(name).length === 0) await pause(2, signal);
  send({ kind: 'name-known', name, atMs: Date.now() });
}

async function stop(): Promise<void> {
  await workbench.close();
  process.disconnect();
}
