import { createCanvas } from '@napi-rs/canvas';
import { openContactSheet, type Cell } from '@watchpost/standalone/demo/contact-sheet';

/** Pictures of the contact sheet that comes with Human: row 0 shows one man in many pictures, rows 2 to 5 strangers to each other. */
export const man: Cell[] = [0, 2, 5, 6].map((column) => ({ row: 0, column }));
export const woman: Cell = { row: 5, column: 17 };
export const bearded: Cell = { row: 5, column: 5 };
export const dark: Cell = { row: 4, column: 17 };

/** A 1280 x 720 frame with these faces side by side; `seed` shifts them, so that two frames differ. */
export async function frameWith(
  cells: readonly Cell[],
  { seed = 0, format = 'jpeg' }: { seed?: number; format?: 'jpeg' | 'png' | 'webp' | 'avif' } = {},
): Promise<Buffer> {
  const canvas = createCanvas(1280, 720);
  const context = canvas.getContext('2d');
  const sky = context.createLinearGradient(0, 0, 0, 720);
  sky.addColorStop(0, '#7d8a94');
  sky.addColorStop(1, '#3c4640');
  context.fillStyle = sky;
  context.fillRect(0, 0, 1280, 720);
  const sheet = await openContactSheet();
  for (const [index, cell] of cells.entries()) {
    sheet.drawFace(context, cell, { x: 220 + index * 280 + seed * 23, y: 300 + seed * 17, height: 190, mirrored: false, light: 1 });
  }
  if (format === 'png') return canvas.encode('png');
  return format === 'avif' ? canvas.encode('avif', { quality: 90 }) : canvas.encode(format, 90);
}
