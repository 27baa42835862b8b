import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Of what is sealed, in one document; as base64 it is a third more, and MongoDB takes 16 MiB. Bytes. */
const partBytes = 768 * 1024;
/** Nothing larger is made of what was kept, bytes. */
const largest = 1024 * 1024 * 1024;

/** The bytes as they are kept: compressed where that saves at least a tenth. */
export async function pack(bytes: Uint8Array): Promise<{ packed: Uint8Array; isCompressed: boolean }> {
  const compressed = await deflate(bytes);
  return compressed.byteLength < bytes.byteLength * 0.9
    ? { packed: compressed, isCompressed: true }
    : { packed: bytes, isCompressed: false };
}

export async function unpack(packed: Uint8Array, isCompressed: boolean): Promise<Uint8Array> {
  return isCompressed ? inflate(packed, { maxOutputLength: largest }) : packed;
}

/** The parts of the bytes; of none there is one part too. */
export function* partsOf(packed: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from === 0 || from < packed.byteLength; from += partBytes) yield packed.subarray(from, from + partBytes);
}

export const countParts = (packed: Uint8Array): number => Math.max(1, Math.ceil(packed.byteLength / partBytes));
