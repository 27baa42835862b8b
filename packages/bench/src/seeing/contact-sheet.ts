import sharp from 'sharp';
import { humanFile } from '@watchpost/see/models/human-package';
import { lookAt, type Vision } from '@watchpost/see/look';
import type { SeenFace } from '@watchpost/see/face-engine';
import { createPyramid, cutSquare, type Pyramid, type Raster, type Square } from '@watchpost/see/picture/raster';

/** The grid of 108 faces on the contact sheet that comes with Human: one man in the first row, strangers from the third on. */
const grid = { top: 282, rowHeight: 112.7, columnWidth: 1920 / 18, columns: 18 };

/** A face on the sheet. */
export interface SheetFace {
  row: number;
  column: number;
  face: SeenFace;
  /** Its tile, as a file. */
  tile: () => Promise<Uint8Array>;
}

export interface ContactSheet {
  picture: Pyramid;
  /** The man of the first row. */
  man: SheetFace[];
  /** The strangers of rows three to six. */
  strangers: SheetFace[];
}

export async function readContactSheet(vision: Vision): Promise<ContactSheet> {
  const file = humanFile('assets', 'screenshot-facematch.jpg');
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const raster: Raster = { data, width: info.width, height: info.height, channels: 3 };
  const faces = new Map<string, SheetFace>();
  for (const face of await lookAt(vision, raster)) {
    const row = Math.floor((face.box.y + face.box.height / 2 - grid.top) / grid.rowHeight);
    const column = Math.floor((face.box.x + face.box.width / 2) / grid.columnWidth);
    const key = `${row},${column}`;
    if (row < 0 || faces.has(key)) continue;
    const tile = {
      left: Math.round(column * grid.columnWidth),
      top: Math.round(grid.top + row * grid.rowHeight),
      width: Math.floor(grid.columnWidth),
      height: Math.min(109, info.height - Math.round(grid.top + row * grid.rowHeight)),
    };
    faces.set(key, { row, column, face, tile: () => sharp(file).extract(tile).png().toBuffer() });
  }
  const all = [...faces.values()].toSorted((a, b) => a.row - b.row || a.column - b.column);
  return { picture: createPyramid(raster), man: all.filter(({ row }) => row === 0), strangers: all.filter(({ row }) => row >= 2) };
}

/** The square that was embedded, before its margin. */
function squareOf({ box, landmarks: { leftEye, rightEye }, sizePx }: SeenFace): Square {
  const angle = Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, side: sizePx, angle };
}

/** The face with its surroundings as a camera would have seen it at `sizePx`: shrunk, to be blown up again when it is embedded. */
export async function shrunkFace(picture: Pyramid, face: SeenFace, sizePx: number, margin: number): Promise<Raster> {
  const square = squareOf(face);
  const large = cutSquare(picture, { ...square, side: square.side * (1 + margin) }, 224);
  const side = Math.round(sizePx * (1 + margin));
  const { data } = await sharp(large.data, { raw: { width: 224, height: 224, channels: 3 } })
    .resize(side, side)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: side, height: side, channels: 3 };
}
