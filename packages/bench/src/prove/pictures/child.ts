import '@watchpost/see/no-telemetry';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { Seen } from '@watchpost/see/face-engine';
import { decode } from '@watchpost/see/picture/decode';
import type { Outcome, PictureOrder, PictureReply } from './messages.ts';

/** Decodes pictures as a worker does: in the threads of its engine, also as the next frame of a camera, and beside them for the result. Started by processes.ts. */
const never = new AbortController().signal;
const config = { ...parseEnv({}, seeEnv), SEE_TIMEOUT_MS: 15_000 };
const engine = await createFaceEngine(config, createLogger('pictures', 'silent'), never);
/** Pixels that a result may have. */
const resultPixels = 2_048 ** 2;

const ways: Record<Outcome['way'], (bytes: Uint8Array) => Promise<boolean>> = {
  see: async (bytes) => makesSense(await engine.see(bytes, never)),
  scene: async (bytes) => makesSense(await engine.see(bytes, never, { camera: 'camera', takenAtMs: Date.now() })),
  fingerprint: async (bytes) => (await engine.fingerprint(bytes, never)).length > 0,
  annotate: async (bytes) => {
    const { picture, width, height } = await decode(bytes, { maxPixels: config.MAX_PIXELS, workPixels: resultPixels });
    return isSize(width, height) && picture.data.length === picture.width * picture.height * picture.channels;
  },
};

const makesSense = ({ width, height, faces }: Seen): boolean =>
  isSize(width, height) && faces.every(({ embedding, sizePx }) => sizePx > 0 && embedding.every(Number.isFinite));
const isSize = (width: number, height: number): boolean => [width, height].every((side) => Number.isInteger(side) && side > 0);

async function tryWay(way: Outcome['way'], bytes: Uint8Array): Promise<Outcome> {
  const startedAtMs = performance.now();
  const done = (code: string | null, message = ''): Outcome => ({ way, code, message, tookMs: performance.now() - startedAtMs });
  try {
    return (await ways[way](bytes)) ? done(null) : done('odd', 'the picture makes no sense');
  } catch (error) {
    const { code, message } = toAppError(error);
    return done(code, message);
  }
}

async function decodeInEveryWay({ seed, bytes }: PictureOrder): Promise<PictureReply> {
  const outcomes: Outcome[] = [];
  for (const way of ['see', 'scene', 'fingerprint', 'annotate'] as const) outcomes.push(await tryWay(way, bytes));
  return { kind: 'done', seed, outcomes, rssBytes: process.memoryUsage.rss() };
}

process.on('message', (order: PictureOrder) => void decodeInEveryWay(order).then((reply) => process.send?.(reply)));
process.on('disconnect', () => process.exit());
process.send?.({ kind: 'ready' } satisfies PictureReply);
