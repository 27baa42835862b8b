import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { labelFont } from '@watchpost/see/picture/label-font';
import { fitText } from '../visit/annotate/layout.ts';
import type { SheetCell } from './notice.ts';

/** Pixels. */
const cellPx = 192;
const labelPx = 36;
const gapPx = 8;
const fontPx = 20;
const mostColumns = 6;
/** More would be too small to see. */
const mostCells = 48;
const jpegQuality = 88;

/** The faces side by side with their labels (JPEG). A face whose picture is not kept any more is a grey field with its label. */
export async function drawSheet(cells: readonly SheetCell[], questions: Pick<GalleryQuestions, 'crop'>, signal: AbortSignal): Promise<Uint8Array> {
  const shown = cells.slice(0, mostCells);
  const columns = Math.min(mostColumns, Math.max(1, shown.length));
  const rows = Math.ceil(shown.length / columns);
  const canvas = createCanvas(columns * (cellPx + gapPx) + gapPx, rows * (cellPx + labelPx + gapPx) + gapPx);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = labelFont(fontPx);
  context.textBaseline = 'middle';
  for (const [index, { snapshotId, position, label }] of shown.entries()) {
    const x = gapPx + (index % columns) * (cellPx + gapPx);
    const y = gapPx + Math.floor(index / columns) * (cellPx + labelPx + gapPx);
    context.fillStyle = '#d0d0d0';
    context.fillRect(x, y, cellPx, cellPx);
    const crop = await questions.crop(snapshotId, position, signal);
    if (crop) {
      const image = await loadImage(crop);
      const scale = Math.min(cellPx / image.width, cellPx / image.height);
      const [width, height] = [image.width * scale, image.height * scale];
      context.drawImage(image, x + (cellPx - width) / 2, y + (cellPx - height) / 2, width, height);
    }
    context.fillStyle = '#000000';
    context.fillText(
      fitText(label, cellPx, (text) => context.measureText(text).width),
      x,
      y + cellPx + labelPx / 2,
    );
  }
  return new Uint8Array(await canvas.encode('jpeg', jpegQuality));
}
