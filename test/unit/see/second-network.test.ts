import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { dot } from '@watchpost/shared/vectors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { combine } from '@watchpost/see/face/combine';
import { faceApiFile } from '@watchpost/see/files/face-api-package';
import { builtIn, type SecondNetwork } from '@watchpost/see/models/embedding-model';
import { createSecondEmbedder } from '@watchpost/see/models/second-embedder';
import type { Raster } from '@watchpost/see/picture/raster';
import { dlibResnet } from '@watchpost/see/translate/dlib-resnet';
import { dlibSide } from '@watchpost/see/translate/inputs';
import { readManifest } from '@watchpost/see/translate/graph-model';
import { translatedResnet } from '@watchpost/see/translate/translated-model';
import { expect, it } from 'vitest';
import { z } from 'zod';

const manifest = faceApiFile('model', 'face_recognition_model-weights_manifest.json');

/** A picture of no sense with strong edges and every byte value. */
const picture: Raster = {
  data: Uint8Array.from({ length: dlibSide * dlibSide * 3 }, (_, index) => (index * 7_919 + (index >> 5) * 31) % 256),
  width: dlibSide,
  height: dlibSide,
  channels: 3,
};

/** What this test uses of TensorFlow.js's core, which is no dependency of the tests. */
interface TensorFlow {
  Tensor: { prototype: object };
  setBackend(name: string): Promise<boolean>;
  reshape(tensor: unknown, shape: number[]): unknown;
  tensor(data: Float32Array, shape: number[]): unknown;
  io: { decodeWeights(bytes: ArrayBuffer, weights: unknown): object };
}

interface FaceApi {
  FaceRecognitionNet: new () => {
    loadFromWeightMap(weights: object): void;
    forwardInput(input: unknown): { data(): Promise<Float32Array> };
  };
  toNetInput(input: unknown): Promise<unknown>;
}

/** face-api itself, on TensorFlow.js's core with the WASM backend: its builds for Node ask for the whole of TensorFlow.js, which is not installed. */
async function openFaceApi(): Promise<{ tf: TensorFlow; faceApi: FaceApi }> {
  const require = createRequire(createRequire(import.meta.url).resolve('@watchpost/see/config'));
  const tf: TensorFlow = require('@tensorflow/tfjs-core');
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  // The methods of tensors that the core leaves out and face-api calls.
  const reshape = function (this: unknown, ...shape: number[]) {
    return tf.reshape(this, shape);
  };
  Object.assign(tf.Tensor.prototype, {
    as3D: reshape,
    as4D: reshape,
    ...Object.fromEntries(
      ['div', 'mean', 'sub', 'add', 'mul'].map((name) => [
        name,
        function (this: unknown, ...rest: unknown[]) {
          return Reflect.apply(Reflect.get(tf, name), tf, [this, ...rest]);
        },
      ]),
    ),
  });
  const module = { exports: {} };
  const source = await readFile(faceApiFile('dist', 'face-api.node-wasm.js'), 'utf8');
  compileFunction(source, ['require', 'module', 'exports'])(
    (name: string) => (name === '@tensorflow/tfjs' ? tf : require(name)),
    module,
    module.exports,
  );
  return { tf, faceApi: z.custom<FaceApi>((value) => value === module.exports).parse(module.exports) };
}

it("the translated network gives face-api's own numbers", async () => {
  const { tf, faceApi } = await openFaceApi();
  const [group] = JSON.parse(await readFile(manifest, 'utf8'));
  const bytes = Uint8Array.from(await readFile(faceApiFile('model', 'face_recognition_model.bin')));
  const net = new faceApi.FaceRecognitionNet();
  net.loadFromWeightMap(tf.io.decodeWeights(bytes.buffer, group.weights));
  const input = tf.tensor(Float32Array.from(picture.data), [1, dlibSide, dlibSide, 3]);
  const expected = await net.forwardInput(await faceApi.toNetInput(input)).data();

  const { embed, close } = await createSecondEmbedder(await translatedResnet(createLogger('test', 'silent'), undefined));
  const numbers = await embed(picture);
  await close();
  expect(numbers).toHaveLength(128);
  expect(Math.max(...numbers.map((value, index) => Math.abs(value - (expected[index] ?? Infinity))))).toBeLessThan(1e-4);
  expect(Math.max(...numbers.map(Math.abs))).toBeGreaterThan(0.1);
}, 60_000);

it('names a missing weight', async () => {
  const weights = await readManifest(manifest);
  weights.delete('conv32_down/scale/biases');
  expect(() => dlibResnet(weights)).toThrow('no weights named conv32_down/scale/biases');
});

const second = (): SecondNetwork => {
  if (!builtIn.second) throw new Error('the built-in model has a second network');
  return builtIn.second;
};

/** Numbers like a face's: near the mean of faces. */
function face(seed: number): { first: Float32Array; numbers: Float32Array } {
  const noise = (index: number): number => Math.sin(seed * 12.9 + index * 78.2) * 43_758.5;
  const random = (index: number): number => noise(index) - Math.floor(noise(index)) - 0.5;
  const first = Float32Array.from({ length: 1_024 }, (_, index) => random(index));
  const length = Math.hypot(...first);
  const numbers = Float32Array.from({ length: 128 }, (_, index) => (second().centre[index] ?? 0) + random(index + 5_000) * 0.15);
  return { first: first.map((value) => value / length), numbers };
}

it('a combined embedding has unit length, and its cosine rises with the first cosine minus the weighted squared distance of the second', () => {
  const { weight, radius } = second();
  const scale = 1 + 2 * weight * radius ** 2;
  for (let seed = 0; seed < 40; seed += 1) {
    const [a, b] = [face(seed), face(seed + 100)];
    const [va, vb] = [combine(a.first, a.numbers, second()), combine(b.first, b.numbers, second())];
    expect(va).toHaveLength(1_153);
    expect(Math.hypot(...va)).toBeCloseTo(1, 5);
    const squared = a.numbers.reduce((sum, value, index) => sum + (value - (b.numbers[index] ?? 0)) ** 2, 0);
    const expected = (dot(a.first, b.first) + 2 * weight * radius ** 2 - weight * squared) / scale;
    expect(Math.abs(dot(va, vb) - expected)).toBeLessThan(0.002);
  }
});

it('combines numbers beyond the radius as well', () => {
  const { first } = face(1);
  const far = Float32Array.from({ length: 128 }, () => 9);
  const vector = combine(first, far, second());
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect(vector.every(Number.isFinite)).toBe(true);
});
