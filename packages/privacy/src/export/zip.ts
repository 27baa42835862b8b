import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pause } from '@watchpost/shared/wait';
import { ZipFile } from 'yazl';
import type { AddFile } from './export-person.ts';

/** So much may wait for a slow reader before the next file is made. Bytes. */
const mostWaiting = 4_194_304;
const lookMs = 5;

/**
 * Runs `work` with a function that adds files to a zip, which goes to `to` as it is made; resolves to what `work` resolves to when all is
 * written. Where `work` fails, `to` is destroyed: a zip that ends early is no zip. Rejects as `work`, and with what writing rejects with.
 */
export async function withZip<T>(to: Writable, work: (add: AddFile) => Promise<T>, signal: AbortSignal): Promise<T> {
  const zip = new ZipFile();
  const out = new PassThrough();
  zip.outputStream.pipe(out);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const written = pipeline(out, to, { signal: until });
  // It is awaited below, unless the work fails first.
  written.catch(() => stop.abort());
  try {
    const result = await work(async (path, bytes) => {
      zip.addBuffer(Buffer.from(bytes), path, { compress: !path.endsWith('.jpg') });
      while (out.readableLength + out.writableLength > mostWaiting) await pause(lookMs, until);
    });
    zip.end();
    await written;
    return result;
  } catch (error) {
    const failed = stop.signal.aborted;
    stop.abort();
    // Where writing failed first, why it did is what went wrong.
    const reason: unknown = await written.then(
      () => error,
      (failure: unknown) => failure,
    );
    throw failed ? reason : error;
  }
}
