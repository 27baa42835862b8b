import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { createRandom } from '@watchpost/bench/prove/random';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { seeEnv } from '@watchpost/see/config';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openContactSheet } from '@watchpost/standalone/demo/contact-sheet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearded, woman } from '../support/pictures.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const [width, height] = [1_280, 720];

/** A yard at dusk with noise of its own in each frame; faces of so many pixels at places. */
async function frame(number: number, faces: { x: number; y: number; height: number }[], light = 1): Promise<Uint8Array> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  drawYard(context);
  const sheet = await openContactSheet();
  for (const [index, at] of faces.entries()) sheet.drawFace(context, [woman, bearded][index]!, { ...at, mirrored: false, light: 1 });
  const random = createRandom(number);
  const pixels = canvas.data();
  const noisy = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    const grain = (random() + random() + random() - 1.5) * 10;
    for (let c = 0; c < 3; c += 1) noisy[to + c] = Math.max(0, Math.min(255, pixels[from + c]! * light + grain));
  }
  return sharp(noisy, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

function drawYard(context: SKRSContext2D): void {
  const random = createRandom(99);
  context.fillStyle = '#7d7468';
  context.fillRect(0, 0, width, height);
  for (let index = 0; index < 900; index += 1) {
    const shade = 90 + random() * 60;
    context.fillStyle = `rgb(${shade}, ${shade * 0.9}, ${shade * 0.8})`;
    context.fillRect(random() * width, random() * height, 20 + random() * 40, 8 + random() * 14);
  }
}

describe('frames of a fixed camera', () => {
  let engine: FaceEngine;
  let taken: number;
  beforeAll(async () => {
    engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 }, log, never);
    taken = 0;
  }, 120_000);
  afterAll(() => engine.close());

  const see = async (camera: string, faces: { x: number; y: number; height: number }[], light = 1): Promise<Seen> => {
    taken += 1;
    return engine.see(await frame(taken, faces, light), never, { camera, takenAtMs: taken * 1_000 });
  };
  /** After how many frames of the empty scene nothing of one is looked at any more; 20 if that does not come. */
  const settle = async (camera: string): Promise<number> => {
    for (let count = 0; count < 20; count += 1) {
      const { extent, faces } = await see(camera, []);
      expect(faces).toEqual([]);
      if (extent === 'none') return count;
    }
    return 20;
  };
  const small = { x: 500, y: 300, height: 60 };
  const large = { x: 900, y: 250, height: 150 };

  it('are looked at in full until the scene is known, then only where something changes; nobody is missed', async () => {
    for (let index = 0; index < 3; index += 1) expect(await see('yard', [])).toMatchObject({ extent: 'full', faces: [] });
    expect(await settle('yard')).toBeLessThan(6);
    expect(await see('yard', [])).toMatchObject({ width, height, faces: [] });
    for (const x of [100, 300, 500]) {
      const { extent, faces } = await see('yard', [{ ...small, x }]);
      expect({ extent, count: faces.length }).toEqual({ extent: 'part', count: 1 });
      expect(Math.abs(faces[0]!.box.x + faces[0]!.box.width / 2 - x)).toBeLessThan(60);
    }
  });

  it('show who stands still in every frame, with an embedding of that frame', async () => {
    const embeddings: Float32Array[] = [];
    for (let index = 0; index < 12; index += 1) {
      const { extent, faces } = await see('yard', [small]);
      expect({ extent, count: faces.length }).toEqual({ extent: 'part', count: 1 });
      embeddings.push(faces[0]!.embedding);
    }
    expect(new Set(embeddings.map((embedding) => embedding.join())).size).toBe(12);
  });

  it('show a second person who joins the first, and both while they stand', async () => {
    for (let index = 0; index < 4; index += 1) expect((await see('yard', [small, large])).faces).toHaveLength(2);
  });

  it('cost nothing again soon after all have gone', async () => {
    expect(await settle('yard')).toBeLessThan(12);
  });

  it('are looked at in full after a change of light', async () => {
    expect(await see('yard', [], 0.7)).toMatchObject({ extent: 'full' });
    expect((await see('yard', [small], 0.7)).faces).toHaveLength(1);
  });

  it('say how bright they are, however much of them is looked at', async () => {
    const full = await engine.see(await frame(1, []), never);
    expect(await settle('hall')).toBeLessThan(12);
    const none = await see('hall', []);
    const part = await see('hall', [small]);
    expect([full.extent, none.extent, part.extent]).toEqual(['full', 'none', 'part']);
    expect(full.brightness).toBeGreaterThan(40);
    for (const { brightness } of [none, part]) expect(Math.abs(brightness - full.brightness)).toBeLessThan(3);
    const { brightness } = await see('hall', [], 0.5);
    expect(Math.abs(brightness - full.brightness / 2)).toBeLessThan(5);
  });

  it('of another camera, or of none, do not profit from it', async () => {
    expect(await see('gate', [])).toMatchObject({ extent: 'full' });
    expect(await engine.see(await frame(1, []), never)).toMatchObject({ extent: 'full' });
  });

  it('show the same faces, found and embedded alike, as when they are looked at anew', async () => {
    for (let index = 0; index < 3; index += 1) await see('door', []);
    const bytes = await frame(1_000, [small, large]);
    const [part, anew] = [
      await engine.see(bytes, never, { camera: 'door', takenAtMs: taken * 1_000 + 500 }),
      await engine.see(bytes, never),
    ];
    expect([part.extent, anew.extent]).toEqual(['part', 'full']);
    expect(part.faces).toHaveLength(2);
    for (const [index, face] of part.faces.entries()) {
      const cosine = face.embedding.reduce((sum, value, at) => sum + value * anew.faces[index]!.embedding[at]!, 0);
      expect(cosine).toBeGreaterThan(0.95);
    }
  });
});

it('nothing is remembered where that is turned off', async () => {
  const engine = await createFaceEngine({ ...parseEnv({ SCENE_MEMORY_BYTES: '0' }, seeEnv), INFERENCE_THREADS: 1 }, log, never);
  const bytes = await frame(1, []);
  for (let index = 0; index < 5; index += 1)
    expect(await engine.see(bytes, never, { camera: 'yard', takenAtMs: index * 1_000 })).toMatchObject({ extent: 'full' });
  await engine.close();
}, 120_000);
