import type { Transform } from 'node:stream';
import type { UnreadReason } from '../extract.ts';
import { LimitError, type Reading } from '../reading.ts';

/** So much may come out of anything, however small it was: short runs of equal bytes are packed well, and do no harm. Bytes. */
const harmlessBytes = 4_194_304;

/** So much is read of what unpacks to too much: a bomb must not use up what may be said of the rest. Bytes. */
const sampleBytes = 1_048_576;

export interface Unpacked {
  bytes: Buffer;
  /** Why there is not more. */
  wrong: UnreadReason | null;
}

/** Unpacks `packed` through `stream`, counting what really comes out. What came before an error, or before too much, is kept. */
export async function unpack(packed: Buffer, stream: Transform, where: string, reading: Reading): Promise<Unpacked> {
  const chunks: Buffer[] = [];
  let length = 0;
  let wrong: UnreadReason | null = null;
  stream.end(packed);
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      reading.unpacked(where, chunk.length);
      chunks.push(chunk);
      length += chunk.length;
      if (length > harmlessBytes && length > packed.length * reading.limits.ratio) {
        wrong = 'too-large';
        break;
      }
    }
  } catch (thrown) {
    if (thrown instanceof LimitError) throw thrown;
    wrong = 'broken';
  }
  const bytes = Buffer.concat(chunks);
  return { bytes: wrong === 'too-large' ? bytes.subarray(0, sampleBytes) : bytes, wrong };
}
