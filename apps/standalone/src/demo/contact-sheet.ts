import { GlobalFonts, type Image, loadImage, type SKRSContext2D } from '@napi-rs/canvas';
import { contactSheetFile, contactSheetGrid as grid, humanFile } from '@watchpost/see/files/human-package';

/** The place of a face on the sheet, counted from 0. */
export interface Cell {
  row: number;
  column: number;
}

export interface ContactSheet {
  /** Draws a face, cut out as an oval, centred at `x`, `y`. `height` is the oval's, in pixels; the face fills most of it. */
  drawFace(canvas: SKRSContext2D, cell: Cell, at: { x: number; y: number; height: number; mirrored: boolean; light: number }): void;
}

export async function openContactSheet(): Promise<ContactSheet> {
  const sheet = await loadImage(contactSheetFile);
  return { drawFace: (canvas, cell, at) => drawFace(canvas, sheet, cell, at) };
}

function drawFace(canvas: SKRSContext2D, sheet: Image, cell: Cell, at: Parameters<ContactSheet['drawFace']>[2]): void {
  const side = at.height / 0.88;
  canvas.save();
  canvas.translate(at.x, at.y);
  if (at.mirrored) canvas.scale(-1, 1);
  canvas.beginPath();
  // The oval leaves out the captions in the corners of the cell.
  canvas.ellipse(0, -side * 0.01, side * 0.38, side * 0.44, 0, 0, Math.PI * 2);
  canvas.clip();
  canvas.filter = `brightness(${at.light})`;
  canvas.drawImage(
    sheet,
    grid.left + cell.column * grid.stepX,
    grid.top + cell.row * grid.stepY,
    grid.side,
    grid.side,
    -side / 2,
    -side / 2,
    side,
    side,
  );
  canvas.restore();
}

/** The font of the time stamps. It comes with Human: the machine may have no fonts. */
export const stampFont = 'Watchpost demo';

export function registerStampFont(): void {
  if (!GlobalFonts.has(stampFont)) GlobalFonts.registerFromPath(humanFile('assets', 'lato-light.woff2'), stampFont);
}
