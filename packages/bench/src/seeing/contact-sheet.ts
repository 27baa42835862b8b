import type { SeenFace } from '@watchpost/see/face-engine';
import { contactSheetFile, contactSheetGrid as grid } from '@watchpost/see/files/human-package';
import { seeFaces } from '@watchpost/see/look';
import { createPyramid, cutSquare, type Pyramid, type Raster, type Square } from '@watchpost/see/picture/raster';
import { centre } from '@watchpost/shared/geometry';
import sharp from 'sharp';
import type { BenchVision } from './open-bench-vision.ts';

/** A face on the sheet. */
export interface SheetFace {
  row: number;
  column: number;
  face: SeenFace;
  /** The face's cell of the grid as a PNG file. */
  tile: () => Promise<Uint8Array>;
}

export interface ContactSheet {
  picture: Pyramid;
  /** The man of the first row. */
  man: SheetFace[];
  /** The strangers of rows three to six. */
  strangers: SheetFace[];
}

export async function readContactSheet(vision: BenchVision): Promise<ContactSheet> {
  const { data, info } = await sharp(contactSheetFile).raw().toBuffer({ resolveWithObject: true });
  const picture = createPyramid({ data, width: info.width, height: info.height, channels: 3 });
  const faces = new Map<string, SheetFace>();
  for (const face of await seeFaces(vision, picture)) {
    const { x, y } = centre(face.box);
    const row = Math.floor((y - grid.top) / grid.stepY);
    const column = Math.floor((x - grid.left) / grid.stepX);
    const key = `${row},${column}`;
    if (row < 0 || faces.has(key)) continue;
    const tile = {
      left: Math.round(grid.left + column * grid.stepX),
      top: Math.round(grid.top + row * grid.stepY),
      width: grid.side,
      height: Math.min(109, info.height - Math.round(grid.top + row * grid.stepY)),
    };
    faces.set(key, { row, column, face, tile: () => sharp(contactSheetFile).extract(tile).png().toBuffer() });
  }
  const all = [...faces.values()].toSorted((a, b) => a.row - b.row || a.column - b.column);
  return { picture, man: all.filter(({ row }) => row === 0), strangers: all.filter(({ row }) => row >= 2) };
}

/** The square around a face, before the margin for embedding. */
function squareOf({ box, landmarks: { leftEye, rightEye }, sizePx }: SeenFace): Square {
  const angle = Math.atan2(rightEye.y - leftEye.y, rightEye.x - leftEye.x);
  return { ...centre(box), side: sizePx, angle };
}

/** The levelled face with a margin (a share of its size), shrunk to what a camera shows of it at `sizePx`. */
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
