import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A frame shrunk to cells: the mean brightness of each, 0..255, rows from the top. */
export interface Cells {
  columns: number;
  rows: number;
  brightness: Uint8Array;
}

/** Pixels a side. A face of 20 pixels covers at least one cell whole, wherever it stands. */
const smallestCell = 8;
const mostColumns = 240;

/** Brightness is kept in steps of two levels, and two frames are the same while no cell differs by more than two steps. */
const step = 2;
const allowedSteps = 2;

/** Into how many cells a frame is divided: 8 by 8 pixels each up to 1920 pixels, 240 along the longer side beyond. */
export function cellsOf(width: number, height: number): { columns: number; rows: number } {
  const cell = Math.max(smallestCell, Math.max(width, height) / mostColumns);
  return { columns: Math.max(1, Math.round(width / cell)), rows: Math.max(1, Math.round(height / cell)) };
}

/**
 * What a frame looks like, in few kB: to be stored with a snapshot and compared with `sameFrame`. Opaque bytes; only frames of the same size are ever the same.
 */
export function fingerprintOf({ columns, rows, brightness }: Cells): Uint8Array {
  const packed = new Uint8Array(4 + brightness.length);
  new DataView(packed.buffer).setUint16(0, columns);
  new DataView(packed.buffer).setUint16(2, rows);
  let before = 0;
  for (let index = 0; index < brightness.length; index += 1) {
    const value = Math.round((brightness[index] ?? 0) / step);
    // Differences along a row are small, and small numbers pack well.
    packed[4 + index] = value - before;
    before = value;
  }
  return Uint8Array.from(deflateRawSync(packed, { level: 6 }));
}

/**
 * True where nothing can have come or gone between two frames: no cell's mean brightness moved by more than about four levels of 255.
 * Errs on one side only. A new face of 20 pixels in a 1080p frame, even a dim one, moves a cell further. JPEG's re-encoding and little noise do not;
 * strong noise (night) and a change of exposure do, so such frames count as new and are looked at. Anything that is not a fingerprint equals nothing.
 */
export function sameFrame(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [unpack(a), unpack(b)];
  if (!left || !right || left.columns !== right.columns || left.rows !== right.rows) return false;
  return left.steps.every((value, index) => Math.abs(value - (right.steps[index] ?? 0)) <= allowedSteps);
}

function unpack(fingerprint: Uint8Array): { columns: number; rows: number; steps: Uint8Array } | undefined {
  try {
    const packed = inflateRawSync(fingerprint, { maxOutputLength: 1_000_000 });
    const [columns, rows] = [packed.readUInt16BE(0), packed.readUInt16BE(2)];
    if (packed.length !== 4 + columns * rows || packed.length === 4) return undefined;
    const steps = new Uint8Array(columns * rows);
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
