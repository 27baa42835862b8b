/** A process with a gallery like a worker's, which the proof controls over IPC, and which stops or dies between two writes to the database. */
import { Buffer } from 'node:buffer';
import { once, setMaxListeners } from 'node:events';
import { Socket } from 'node:net';
import { defaultGallerySettings } from '@watchpost/gallery/config';
import { openParts, type GalleryParts } from '@watchpost/gallery/open-gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { syntheticDecision } from '../../gallery/synthetic-calibration.ts';
import { orderSchema, type Halt, type Reply, type View, type Work } from './orders.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const log = createLogger('prove', 'fatal');
const sync = { pollMs: 50, censusMs: 1_000 };
const day = 24 * 3_600_000;

let parts: GalleryParts | null = null;
let config: StorageConfig = {};
let halt: Halt | null = null;
let closed: Promise<void> = Promise.resolve();

const send = (reply: Reply): void => void process.send?.(reply);

/** The only sockets of this process are those to the database. */
const write: unknown = Reflect.get(Socket.prototype, 'write');
Reflect.set(Socket.prototype, 'write', function countedWrite(this: Socket, ...args: unknown[]): unknown {
  if (halt && halt.atWrite-- === 0) haltNow(halt.how);
  return typeof write === 'function' ? Reflect.apply(write, this, args) : false;
});

function haltNow(how: Halt['how']): void {
  halt = null;
  if (how === 'stop') send({ kind: 'stopping' });
  process.kill(process.pid, how === 'stop' ? 'SIGSTOP' : 'SIGKILL');
}

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  ({ halt } = order);
  void answer(order.work);
});
send({ kind: 'started' });
await once(process, 'disconnect');
process.exit();

async function answer(work: Work): Promise<void> {
  try {
    const value = await perform(work);
    halt = null;
    send({ kind: 'done', value: value ?? null });
  } catch (error) {
    halt = null;
    const { code, retry, message } = toAppError(error);
    send({ kind: 'failed', code, permanent: retry === 'permanent', message });
  }
}

async function open(unknownKeepMs: number): Promise<GalleryParts> {
  const metrics = createMetrics({ processMetrics: false });
  const opened = await openParts(
    config,
    {
      log,
      metrics,
      settings: {
        sync,
        decision: syntheticDecision,
        housekeeping: { ...defaultGallerySettings.housekeeping, everyMs: day, unknownKeepMs },
      },
    },
    signal,
  );
  opened.start();
  await opened.gallery.ready(signal);
  return opened;
}

async function perform(work: Work): Promise<unknown> {
  if (work.kind === 'open') {
    config = work.storage;
    parts = await open(90 * day);
    return null;
  }
  if (!parts) throw new AppError('internal', 'no gallery is open');
  const { gallery, operations, database, housekeeping, mirror } = parts;
  switch (work.kind) {
    case 'close':
      // It takes up to a second until a change stream is closed, and nobody needs to wait: it only reads.
      await closed;
      closed = gallery.close();
      return null;
    case 'see':
      return gallery.recognise(
        { snapshotId: work.snapshotId, channel: 'slack:C1', camera: null, takenAtMs: work.takenAtMs },
        work.faces.map(({ vector, crop }) => ({
          box: { x: 0, y: 0, width: 100, height: 100 },
          embedding: Float32Array.from(vector),
          modelId: 'prove',
          quality: 0.9,
          sizePx: 100,
          crop: Buffer.from(crop),
        })),
        signal,
      );
    case 'apply':
      return operations.apply(work.operation, work.actor, signal);
    case 'undo':
      return operations.undo(work.entryId, work.actor, signal);
    case 'round':
      return housekeeping.round(signal);
    case 'expire': {
      const strict = await open(1);
      try {
        return await strict.housekeeping.round(signal);
      } finally {
        await strict.gallery.close();
      }
    }
    case 'erase':
      // As if ten minutes had passed.
      return database.eraser.erase({ deletedMs: -1_000, auditMs: 400 * day, mergedMs: 400 * day }, signal);
    case 'view':
      return view(mirror);
    default:
      return work satisfies never;
  }
}

function view(mirror: GalleryParts['mirror']): View {
  const persons = [...mirror.idsByPerson()].flatMap(([is, ids]) => ids.map((id) => ({ id, is, stored: mirror.stored(id) })));
  return {
    version: mirror.head.version,
    persons: persons.flatMap(({ id, is, stored }) => {
      if (!stored) return [];
      const { name, number, aliases, ignored, mayBe } = stored;
      return [{ id, name, number, aliases, ignored, mayBe, is, faces: mirror.facesOf(id).map((face) => face.id) }];
    }),
  };
}
