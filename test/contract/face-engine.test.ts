import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createLogger } from '@watchpost/shared/observability/logger';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import { sameFrame } from '@watchpost/see/picture/fingerprint';
import { contactSheetFile as sheet, humanFile } from '@watchpost/see/files/human-package';
import { openVisionHere } from '@watchpost/see/prepare/prepare-vision';
import type { Raster } from '@watchpost/see/picture/raster';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideExample, writeCustomModel } from '../support/custom-model.ts';

const party = humanFile('assets', 'samples.jpg');
const log = createLogger('test', 'silent');
const never = new AbortController().signal;

/** Four faces from the contact sheet's first row, all of the same man. */
const man = () => sharp(sheet).extract({ left: 0, top: 282, width: 427, height: 106 });
/** Four strangers. */
const strangers = () => sharp(sheet).extract({ left: 0, top: 732, width: 427, height: 108 });
/** A picture without faces. */
const floor = () => sharp(party).extract({ left: 0, top: 640, width: 1280, height: 518 });

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

/** Left to right. */
const inOrder = ({ faces }: Seen) => faces.toSorted((a, b) => a.box.x - b.box.x);

/** A small PNG whose header claims 50,000 x 50,000 pixels. */
async function bomb(): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  png.writeUInt32BE(50_000, 16);
  png.writeUInt32BE(50_000, 20);
  return png;
}

for (const name of ['onnx', 'human'] as const) {
  describe(`face engine ${name}`, () => {
    let engine: FaceEngine;
    beforeAll(async () => {
      engine = await createFaceEngine({ ...parseEnv({}, seeEnv), FACE_ENGINE: name, INFERENCE_THREADS: 1 }, log, never);
    }, 120_000);
    afterAll(() => engine.close());

    it('finds every face, largest first, with box and landmarks in the right place', async () => {
      const seen = await engine.see(await man().jpeg({ quality: 95 }).toBuffer(), never);
      expect([seen.width, seen.height]).toEqual([427, 106]);
      expect(seen.faces).toHaveLength(4);
      expect(seen.faces.map(({ sizePx }) => sizePx)).toEqual(seen.faces.map(({ sizePx }) => sizePx).toSorted((a, b) => b - a));
      inOrder(seen).forEach(({ box, landmarks: { leftEye, rightEye, nose, leftMouth, rightMouth }, score, quality }, index) => {
        expect(Math.floor((box.x + box.width / 2) / 106.7)).toBe(index);
        expect(leftEye.x).toBeLessThan(nose.x);
        expect(nose.x).toBeLessThan(rightEye.x);
        expect(leftMouth.x).toBeLessThan(rightMouth.x);
        expect(leftEye.y).toBeLessThan(nose.y);
        expect(nose.y).toBeLessThan(leftMouth.y);
        for (const { x, y } of [leftEye, rightEye, nose])
          expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(true);
        expect(score).toBeGreaterThan(0.5);
        expect(quality.value).toBeGreaterThan(0.3);
        expect(quality.value).toBeLessThanOrEqual(1);
      });
    });

    it('embeds the same man similarly and strangers differently, with unit length', async () => {
      const him = inOrder(await engine.see(await man().png().toBuffer(), never));
      const others = inOrder(await engine.see(await strangers().png().toBuffer(), never));
      expect(others.length).toBeGreaterThanOrEqual(3);
      for (const { embedding } of [...him, ...others]) {
        expect(embedding).toHaveLength(1_153);
        expect(cosine(embedding, embedding)).toBeCloseTo(1, 4);
      }
      for (const { embedding } of him.slice(1)) expect(cosine(embedding, him[0]!.embedding)).toBeGreaterThan(0.8);
      for (const { embedding } of others) expect(cosine(embedding, him[0]!.embedding)).toBeLessThan(0.75);
    });

    it('sees no face where nobody is', async () => {
      expect((await engine.see(await floor().jpeg().toBuffer(), never)).faces).toEqual([]);
    });

    it('finds a face of 26 pixels in a 1080p frame', async () => {
      const face = await sharp(sheet).extract({ left: 0, top: 282, width: 106, height: 106 }).resize(42).toBuffer();
      const frame = await floor()
        .resize(1920, 1080, { fit: 'fill' })
        .composite([{ input: face, left: 1301, top: 457 }])
        .jpeg({ quality: 90 })
        .toBuffer();
      const { faces } = await engine.see(frame, never);
      expect(faces).toHaveLength(1);
      expect(faces[0]!.box.x).toBeGreaterThan(1295);
      expect(faces[0]!.box.x + faces[0]!.box.width).toBeLessThan(1350);
      expect(faces[0]!.sizePx).toBeLessThan(32);
    });

    it('turns a picture upright by its EXIF orientation', async () => {
      const sideways = await sharp(await man().rotate(-90).toBuffer())
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 95 })
        .toBuffer();
      const seen = await engine.see(sideways, never);
      expect([seen.width, seen.height]).toEqual([427, 106]);
      expect(seen.faces).toHaveLength(4);
    });

    // Pictures are decoded before the engine, by the same code for both.
    it.each(name === 'onnx' ? (['png', 'webp', 'gif', 'avif', 'tiff', 'bmp'] as const) : (['webp'] as const))(
      'reads %s',
      async (format) => {
        const two = sharp(sheet).extract({ left: 0, top: 282, width: 213, height: 106 });
        const bytes = format === 'bmp' ? await toBmp(await two.png().toBuffer()) : await two.toFormat(format).toBuffer();
        const seen = await engine.see(bytes, never);
        expect([seen.width, seen.height, seen.faces.length]).toEqual([213, 106, 2]);
      },
    );

    it('rejects unreadable files with a code, and carries on', async () => {
      const code = (bytes: Uint8Array) =>
        engine.see(bytes, never).then(
          () => 'seen',
          (error: { code: string; retry: string }) => `${error.code} ${error.retry}`,
        );
      const jpeg = await man().jpeg().toBuffer();
      expect(await code(new Uint8Array())).toBe('image-empty permanent');
      expect(await code(Buffer.from('<html>sign in</html>'))).toBe('image-format-unsupported permanent');
      expect(await code(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'))).toBe('image-format-heic permanent');
      expect(await code(jpeg.subarray(0, 60))).toBe('image-corrupt permanent');
      expect(await code(await bomb())).toBe('image-too-many-pixels permanent');
      expect(await code(Buffer.from('BM'.padEnd(14, '\0') + '\x28'))).toBe('image-corrupt permanent');
      expect(await code(jpeg)).toBe('seen');
    });

    it('sees the faces in the intact part of a truncated file', async () => {
      const two = await sharp(sheet).extract({ left: 0, top: 282, width: 213, height: 672 }).jpeg().toBuffer();
      const whole = await engine.see(two, never);
      const half = await engine.see(two.subarray(0, Math.round(two.length * 0.6)), never);
      expect(half.faces.length).toBeGreaterThan(0);
      expect(half.faces.length).toBeLessThan(whole.faces.length);
    });

    it('does not change the caller’s bytes', async () => {
      const jpeg = await man().jpeg().toBuffer();
      const before = jpeg.toString('base64');
      await engine.see(jpeg, never);
      expect(jpeg.toString('base64')).toBe(before);
    });

    it('rejects if the signal has aborted', async () => {
      const jpeg = await man().jpeg().toBuffer();
      await expect(engine.see(jpeg, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    });

    it('the fingerprint changes with a new face of 20 pixels, but not by re-encoding', async () => {
      const empty = floor().resize(1920, 1080, { fit: 'fill' });
      const face = await sharp(sheet).extract({ left: 18, top: 300, width: 70, height: 70 }).resize(20).toBuffer();
      const fingerprint = async (picture: Sharp, quality: number) => engine.fingerprint(await picture.jpeg({ quality }).toBuffer(), never);
      const before = await fingerprint(empty.clone(), 90);
      expect(sameFrame(before, await fingerprint(empty.clone(), 90))).toBe(true);
      expect(sameFrame(before, await fingerprint(empty.clone(), 85))).toBe(true);
      for (const [left, top] of [
        [3, 5],
        [700, 301],
        [1897, 1057],
      ] as const) {
        expect(sameFrame(before, await fingerprint(empty.clone().composite([{ input: face, left, top }]), 90))).toBe(false);
      }
    });

    it('does not block the event loop', async () => {
      const jpeg = await floor().resize(1920, 1080, { fit: 'fill' }).jpeg().toBuffer();
      let [longest, before] = [0, performance.now()];
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - before);
        before = performance.now();
      }, 5);
      const { elapsedMs } = await engine.see(jpeg, never);
      clearInterval(timer);
      expect(longest).toBeLessThan(Math.max(100, elapsedMs / 2));
    });
  });
}

describe('a custom embedding model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-model-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** An engine with this description of a model. */
  const engineWith = async (description: string): Promise<FaceEngine> => {
    await writeFile(join(folder, 'my-model.json'), description);
    return createFaceEngine({ ...parseEnv({}, seeEnv), EMBEDDING_MODEL: join(folder, 'my-model.json'), INFERENCE_THREADS: 1 }, log, never);
  };

  it('embeds faces as the example of the guide describes it', async () => {
    await writeCustomModel(folder);
    const engine = await engineWith(guideExample());
    try {
      expect(engine.modelId).toBe('my-model-1');
      const { faces } = await engine.see(await man().png().toBuffer(), never);
      expect(faces).toHaveLength(4);
      for (const { embedding } of faces) {
        expect(embedding).toHaveLength(3 * 7 * 7);
        expect(cosine(embedding, embedding)).toBeCloseTo(1, 4);
      }
    } finally {
      await engine.close();
    }
  });

  it('is rejected with the name of the invalid field', async () => {
    const invalid = JSON.stringify({ id: 'my-model-1', file: 'my-model.onnx', side: 'large', template: [] });
    await expect(engineWith(invalid)).rejects.toMatchObject({ code: 'embedding-model-invalid', message: expect.stringContaining('side') });
  });
});

it('both engines give the same raw outputs and the same embeddings', async () => {
  const open = (engine: 'onnx' | 'human') => openVisionHere({ ...parseEnv({}, seeEnv), FACE_ENGINE: engine }, log);
  const [onnx, other] = [await open('onnx'), await open('human')];
  const part = async (file: string, left: number, top: number, side: number): Promise<Raster> => {
    const { data } = await sharp(file).extract({ left, top, width: side, height: side }).raw().toBuffer({ resolveWithObject: true });
    return { data, width: side, height: side, channels: 3 };
  };
  // Equal to within 0.001. Scores before the sigmoid reach -130, where a float is no more precise than that, so large values are compared relatively.
  const near = (a: Float32Array, b: Float32Array): void => {
    expect(a).toHaveLength(b.length);
    a.forEach((value, index) => expect(Math.abs(value - b[index]!)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value) / 50)));
  };
  for (const [file, left, top] of [
    [sheet, 0, 282],
    [party, 300, 300],
    [sheet, 640, 620],
  ] as const) {
    const [a, b] = [
      await onnx.models.detect(await part(file, left, top, 256)),
      await other.models.detect(await part(file, left, top, 256)),
    ];
    near(a.fineScores, b.fineScores);
    near(a.fineBoxes, b.fineBoxes);
    near(a.coarseScores, b.coarseScores);
    near(a.coarseBoxes, b.coarseBoxes);
    const crop = await part(file, left, top, 192);
    const [meshA, meshB] = [await onnx.models.mesh(crop), await other.models.mesh(crop)];
    near(meshA.points, meshB.points);
    expect(Math.abs(meshA.flag - meshB.flag)).toBeLessThan(1e-3);
    const face = await part(file, left, top, 224);
    const [vectorA, vectorB] = [await onnx.models.embed(face), await other.models.embed(face)];
    near(vectorA, vectorB);
    const lengths = Math.sqrt(cosine(vectorA, vectorA) * cosine(vectorB, vectorB));
    expect(cosine(vectorA, vectorB) / lengths).toBeGreaterThan(0.9999);
  }
  await onnx.models.close();
  await other.models.close();
}, 60_000);

/** 24 bits per pixel, bottom row first. */
async function toBmp(png: Buffer): Promise<Buffer> {
  const image = await loadImage(png);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bmp = Buffer.alloc(54 + stride * height);
  bmp.write('BM');
  bmp.writeUInt32LE(bmp.length, 2);
  bmp.writeUInt32LE(54, 10);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(width, 18);
  bmp.writeInt32LE(height, 22);
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < 3; c += 1) bmp[54 + (height - 1 - y) * stride + x * 3 + c] = data[(y * width + x) * 4 + 2 - c]!;
  return bmp;
}
