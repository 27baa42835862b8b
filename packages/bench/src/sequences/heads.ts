import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCanvas, loadImage, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { centre } from '@watchpost/shared/geometry';
import { look } from '@watchpost/see/look';
import { readContactSheet } from '../seeing/contact-sheet.ts';
import type { BenchVision } from '../seeing/open-bench-vision.ts';

/** A head to draw people with: a picture that fades out around it. Pixels of that picture. */
export interface Head {
  picture: Canvas;
  nose: { x: number; y: number };
  /** `SeenFace.sizePx`. */
  sizePx: number;
}

const mostHeads = 12;

/** Heads of the portraits in `data`, else of strangers on the contact sheet. */
export async function readHeads(data: string | undefined, vision: BenchVision): Promise<Head[]> {
  const files = data === undefined ? await sheetTiles(vision) : await portraits(join(data, 'pairs'));
  const heads: Head[] = [];
  for (const file of files) {
    const { faces } = await look(vision, file);
    const [face] = faces;
    if (!face || faces.length > 1 || face.quality.frontal < 0.5) continue;
    // The whole head: hair above, chin and neck below.
    const side = face.sizePx * 1.7;
    const { x, y } = centre(face.box);
    const [left, top] = [x - side / 2, y - side * 0.54];
    heads.push({
      picture: fadedOut(await loadImage(Buffer.from(file)), left, top, side),
      nose: { x: face.landmarks.nose.x - left, y: face.landmarks.nose.y - top },
      sizePx: face.sizePx,
    });
    if (heads.length === mostHeads) break;
  }
  return heads;
}

async function sheetTiles(vision: BenchVision): Promise<Uint8Array[]> {
  const { strangers } = await readContactSheet(vision);
  return Promise.all(strangers.slice(0, mostHeads * 2).map(({ tile }) => tile()));
}

async function portraits(folder: string): Promise<Uint8Array[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).toSorted();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

function fadedOut(image: Awaited<ReturnType<typeof loadImage>>, left: number, top: number, side: number): Canvas {
  const canvas = createCanvas(Math.round(side), Math.round(side));
  const context = canvas.getContext('2d');
  context.drawImage(image, -left, -top);
  context.globalCompositeOperation = 'destination-in';
  const fade = context.createRadialGradient(side / 2, side / 2, side * 0.36, side / 2, side / 2, side * 0.5);
  fade.addColorStop(0, 'rgba(0, 0, 0, 1)');
  fade.addColorStop(1, 'rgba(0, 0, 0, 0)');
  context.fillStyle = fade;
  context.fillRect(0, 0, side, side);
  return canvas;
}

/** Draws a person whose face has `sizePx` pixels, with the nose at a point: coat, then head. */
export function drawPerson(context: SKRSContext2D, head: Head, at: { x: number; y: number; sizePx: number }, coat: string): void {
  const scale = at.sizePx / head.sizePx;
  const [width, height] = [head.picture.width * scale, head.picture.height * scale];
  context.fillStyle = coat;
  context.beginPath();
  context.roundRect(at.x - at.sizePx * 1.1, at.y + at.sizePx * 0.6, at.sizePx * 2.2, at.sizePx * 4.5, at.sizePx * 0.6);
  context.fill();
  shrinkInto(context, head.picture, { x: at.x - head.nose.x * scale, y: at.y - head.nose.y * scale, width, height });
}

/** In steps of at most a half: shrinking at once would leave out pixels, as no lens does. */
function shrinkInto(context: SKRSContext2D, picture: Canvas, to: { x: number; y: number; width: number; height: number }): void {
  let from = picture;
  while (from.width > to.width * 2) {
    const half = createCanvas(Math.ceil(from.width / 2), Math.ceil(from.height / 2));
    half.getContext('2d').drawImage(from, 0, 0, half.width, half.height);
    from = half;
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(from, to.x, to.y, to.width, to.height);
}
