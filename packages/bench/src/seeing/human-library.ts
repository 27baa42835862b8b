import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { humanFile } from '@watchpost/see/files/human-package';
import sharp from 'sharp';
import { z } from 'zod';

const require = createRequire(import.meta.url);

/** A face as Human reports it. */
const faceSchema = z.object({ box: z.tuple([z.number(), z.number(), z.number(), z.number()]), embedding: z.array(z.number()).default([]) });
export type HumanFace = z.output<typeof faceSchema>;

/** Human as its users call it, to compare watchpost with: the whole frame, with Human's own crops, preprocessing and similarity. */
export interface HumanLibrary {
  /** The faces in an image file. */
  detect(bytes: Uint8Array): Promise<HumanFace[]>;
  similarity(a: number[], b: number[]): number;
  close(): void;
}

const humanClass = z.custom<new (config: object) => HumanObject>((value) => typeof value === 'function');

interface HumanObject {
  load(): Promise<void>;
  detect(input: unknown): Promise<{ face: unknown[] }>;
  match: { similarity(a: number[], b: number[]): number };
  tf: { tensor(data: Uint8Array, shape: number[], type: string): unknown; dispose(tensor: unknown): void };
}

/** Runs Human on WASM. This build fetches its models, so a server on the loopback interface serves them. */
export async function openHumanLibrary(): Promise<HumanLibrary> {
  const server = createServer((request, response) => {
    createReadStream(humanFile('models', basename(request.url ?? '')))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const Human = humanClass.parse(require(humanFile('dist', 'human.node-wasm.js')).Human);
  const off = { enabled: false };
  const human = new Human({
    backend: 'wasm',
    wasmPath: `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`,
    modelBasePath: `http://127.0.0.1:${port}/`,
    // Otherwise a picture similar to the previous one gets that one's faces.
    cacheSensitivity: 0,
    filter: off,
    face: { detector: { maxDetected: 100, rotation: true }, iris: off, emotion: off, antispoof: off, liveness: off },
    body: off,
    hand: off,
    gesture: off,
    object: off,
    segmentation: off,
  });
  await human.load();
  return {
    detect: async (bytes) => {
      const { data, info } = await sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      const tensor = human.tf.tensor(data, [1, info.height, info.width, 3], 'float32');
      const { face } = await human.detect(tensor);
      human.tf.dispose(tensor);
      return z.array(faceSchema).parse(face);
    },
    similarity: (a, b) => human.match.similarity(a, b),
    close: () => void server.close(),
  };
}
