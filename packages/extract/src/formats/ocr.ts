import path from 'node:path';
import { createRequire } from 'node:module';
import { SetupError } from '../reading.ts';
import { createWorker, OEM, type Worker } from 'tesseract.js';

let started: Promise<Worker> | null = null;

/** One engine for the whole file. Its data is in a package: nothing is fetched, and nothing is written. */
async function engine(): Promise<Worker> {
  const data = path.dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json'));
  started ??= createWorker('eng', OEM.LSTM_ONLY, {
    langPath: path.join(data, '4.0.0_best_int'),
    gzip: true,
    cacheMethod: 'none',
    // Without it a broken picture ends the process, although the promise rejects as well.
    errorHandler: () => undefined,
  });
  return started.catch((cause: unknown) => {
    throw new SetupError('tesseract did not start', { cause });
  });
}

/** The text in a picture: PNG, JPEG, WebP, BMP, PNM. Throws if it cannot be decoded. */
export async function readPicture(bytes: Buffer): Promise<string> {
  const worker = await engine();
  const { data } = await worker.recognize(bytes);
  return data.text;
}

/** The text in a picture of raw pixels. */
export async function readPixels({
  data,
  width,
  height,
  channels,
}: {
  data: Uint8ClampedArray;
  width: number;
  height: number;
  channels: number;
}): Promise<string> {
  const pixels = channels === 4 ? Buffer.alloc(width * height * 3) : Buffer.from(data);
  if (channels === 4) for (let at = 0, to = 0; to < pixels.length; at += 4, to += 3) pixels.set(data.subarray(at, at + 3), to);
  return readPicture(Buffer.concat([Buffer.from(`P${channels === 1 ? 5 : 6}\n${width} ${height}\n255\n`), pixels]));
}
