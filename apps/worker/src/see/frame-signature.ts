import type { Raster } from './raster.ts';

export function frameSignature(_picture: Raster): Uint8Array {
  return new Uint8Array();
}

export function sameFrame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length > 0 && a.length === b.length && a.every((value, index) => value === b[index]);
}
