/** A process that has the gallery as a worker has it; asked by the benches over IPC. */
import { once, setMaxListeners } from 'node:events';
import { pause } from '@watchpost/shared/wait';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import { defaultGallerySettings } from '@watchpost/gallery/settings';
import { createQuantisedIndex } from '@watchpost/gallery/memory/index/quantised-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { openDatabase } from '@watchpost/gallery/open-gallery';
import { createRecognise } from '@watchpost/gallery/recognise';
import { createSync } from '@watchpost/gallery/memory/sync';
import { createTransact } from '@watchpost/gallery/changes/transact';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { z } from 'zod';
import { orderSchema, type Reply } from './children.ts';

const storageSchema = z.object({ MONGO_CONNECTION_STRING: z.string().optional(), POSTGRES_URL: z.string().optional() });

const { signal } = new AbortController();
setMaxListeners(0, signal);
const log = createLogger('bench', 'fatal');
const database = await openDatabase(storageSchema.parse(JSON.parse(process.argv[2] ?? '{}')), { log }, signal);
const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
const mirror = createMirror(createQuantisedIndex);
const sync = createSync({ ...database, mirror, metrics, log }, defaultGallerySettings.sync);
const transact = createTransact({ ...database, sync, mirror, metrics });
const recognise = createRecognise({ ...database, ...defaultGallerySettings, mirror, sync, transact, metrics });
await sync.ready(signal);

const say = (reply: Reply): void => void process.send?.(reply);

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  if (order.kind === 'stop') void stop();
  else if (order.kind === 'hear') void hear(order.name);
  else void see(order.snapshotId, Float32Array.from(order.embedding));
});
say({ kind: 'ready' });
await once(process, 'disconnect');

async function see(snapshotId: string, embedding: Float32Array): Promise<void> {
  const startMs = performance.now();
  const face = { box: { x: 0, y: 0, width: 100, height: 100 }, embedding, modelId: 'bench', quality: 0.9, sizePx: 100 };
  const [answer] = await recognise({ snapshotId, channel: 'slack:C1', camera: null, takenAtMs: Date.now() }, [face], signal);
  say({ kind: 'recognised', name: answer?.person?.name ?? null, elapsedMs: performance.now() - startMs });
}

/** Asks the memory, not the database, every few milliseconds. */
async function hear(name: string): Promise<void> {
  while (mirror.called(name).length === 0) await pause(2, signal);
  say({ kind: 'heard', name, atMs: Date.now() });
}

async function stop(): Promise<void> {
  await sync.close();
  await database.close();
  process.disconnect();
}
