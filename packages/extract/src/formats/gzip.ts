import { createGunzip } from 'node:zlib';
import { decodeName } from '../encoding/decode-text.ts';
import { nameOf } from '../place.ts';
import type { ReadBytes } from '../reading.ts';
import { unpack } from './unpack.ts';

/** The name that the packed file had, if it is kept: after ten bytes, and fields that hardly anybody writes. */
function nameIn(bytes: Buffer): string {
  const flags = bytes[3] ?? 0;
  const from = 10 + (flags & 4 ? 2 + bytes.readUInt16LE(10) : 0);
  return flags & 8 ? decodeName(bytes.subarray(from, bytes.indexOf(0, from))) : '';
}

/** What is packed, with its name. */
export const readGzip: ReadBytes = async (bytes, place, reading) => {
  reading.text(nameOf(place.where), bytes.length > 12 ? nameIn(bytes) : '');
  reading.entry(place.where);
  const { bytes: inner, wrong } = await unpack(bytes, createGunzip(), place.where, reading);
  if (inner.length > 0) await reading.inner(inner, place, 'entry 1');
  if (wrong) reading.unread(place.where, wrong);
};
