import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A frame shrunk to cells: the mean brightness of each, 0..255, rows from the top. */
export interface Cells {
  columns: number;
  rows: number;
  brightness: Uint8Array;
}

/** Of all cells on average, 0..255. */
export function meanBrightness({ brightness }: Pick<Cells, 'brightness'>): number {
  let sum = 0;
  for (const value of brightness) sum += value;
  return sum / Math.max(1, brightness.length);
}

/** Side in pixels. A face of 20 pixels covers at least one whole cell, wherever it is. */
const minCellSide = 8;
const maxColumns = 240;

/** Brightness is stored in steps of two levels. Two frames are the same while no cell differs by more than two steps. */
const step = 2;
const allowedSteps = 2;

/** The number of cells of a frame: 8 by 8 pixels each up to 1920 pixels, 240 along the longer side of larger frames. */
export function cellsOf(width: number, height: number): { columns: number; rows: number } {
  const cell = Math.max(minCellSide, Math.max(width, height) / maxColumns);
  return { columns: Math.max(1, Math.round(width / cell)), rows: Math.max(1, Math.round(height / cell)) };
}

/**
 * A frame's fingerprint, a few kB, to be stored with a snapshot and compared with `sameFrame`. Opaque bytes.
 */
export function fingerprintOf({ columns, rows, brightness }: Cells): Uint8Array {
  const packed = new Uint8Array(4 + brightness.length);
  new DataView(packed.buffer).setUint16(0, columns);
  new DataView(packed.buffer).setUint16(2, rows);
  let before = 0;
  for (let index = 0; index < brightness.length; index += 1) {
    const value = Math.round((brightness[index] ?? 0) / step);
    // Neighbouring cells differ little, and small numbers compress well.
    packed[4 + index] = value - before;
    before = value;
  }
  return Uint8Array.from(deflateRawSync(packed, { level: 6 }));
}

/**
 * True if nothing can have appeared or disappeared between two frames: no cell's mean brightness changed by more than about four levels of 255.
 * A new face of 20 pixels in a 1080p frame, even a dim one, changes a cell more than that; JPEG re-encoding and weak noise do not. Strong
 * noise (at night) and a change of exposure do, so such frames count as new: the only possible error is a needless inference.
 * Frames of different sizes are never the same, and neither is anything that is not a fingerprint.
 */
export function sameFrame(a: Uint8Array, b: Uint8Array): boolean {
  return sameFrameAs(a)(b);
}

/** `sameFrame` of one frame with many others. Most differ in their first rows already, and no more than that is unpacked of these. */
export function sameFrameAs(a: Uint8Array): (b: Uint8Array) => boolean {
  const mine = unpack(a);
  const isLike = (other: Unpacked): boolean =>
    mine !== undefined &&
    mine.columns === other.columns &&
    mine.rows === other.rows &&
    other.steps.every((value, index) => Math.abs(value - (mine.steps[index] ?? 0)) <= allowedSteps);
  return (b) => {
    const opening = b.length > openingBytes ? unpack(b, openingBytes) : undefined;
    if (opening && !isLike(opening)) return false;
    const whole = unpack(b);
    return whole !== undefined && isLike(whole);
  };
}

interface Unpacked {
  columns: number;
  rows: number;
  steps: Uint8Array;
}

/** Of a packed fingerprint: its first rows, in less than a tenth of the time that the whole takes. */
const openingBytes = 512;

/** Undefined if it is no fingerprint. `opening`: only of its first bytes, which yields the first cells. */
function unpack(fingerprint: Uint8Array, opening?: number): Unpacked | undefined {
  try {
    const packed = inflateRawSync(fingerprint.subarray(0, opening), {
      maxOutputLength: 1_000_000,
      ...(opening !== undefined && { finishFlush: constants.Z_SYNC_FLUSH }),
    });
    const [columns, rows] = [packed.readUInt16BE(0), packed.readUInt16BE(2)];
    const cells = packed.length - 4;
    if (cells === 0 || (opening === undefined ? cells !== columns * rows : cells > columns * rows)) return undefined;
    const steps = new Uint8Array(cells);
    let value = 0;
    for (let index = 0; index < steps.length; index += 1) {
      value = (value + (packed[4 + index] ?? 0)) & 0xff;
      steps[index] = value;
    }
    return { columns, rows, steps };
  } catch {
    return undefined;
  }
}
