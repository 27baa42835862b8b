import { createCanvas } from '@napi-rs/canvas';
import { openContactSheet, type Cell } from '@watchpost/standalone/demo/contact-sheet';
import { createRandom } from '../random.ts';

const frame = { width: 640, height: 480 } as const;

/** Faces of the contact sheet that are strangers to each other: their cosines are at most 0.52, those of two frames of one of them at least 0.98. */
export const strangers: readonly Cell[] = (
  [
    [3, 3],
    [5, 3],
    [5, 11],
    [4, 8],
    [5, 16],
    [5, 13],
    [3, 17],
    [5, 5],
    [4, 12],
    [2, 14],
    [3, 12],
    [3, 9],
    [5, 15],
    [2, 15],
    [3, 1],
    [3, 0],
    [5, 6],
    [2, 7],
    [3, 6],
    [4, 9],
    [4, 11],
  ] as const
).map(([row, column]) => ({ row, column }));

/** A small JPEG with this stranger, or with nobody (null). Two seeds give frames that no fingerprint takes for the same. */
export async function drawFrame(stranger: number | null, seed: number): Promise<Buffer> {
  const random = createRandom(seed);
  const canvas = createCanvas(frame.width, frame.height);
  const context = canvas.getContext('2d');
  const hue = (): number => Math.floor(random() * 360);
  context.fillStyle = `hsl(${String(hue())} 25% ${String(25 + Math.floor(random() * 45))}%)`;
  context.fillRect(0, 0, frame.width, frame.height);
  for (let count = 0; count < 14; count += 1) {
    context.fillStyle = `hsl(${String(hue())} 35% ${String(20 + Math.floor(random() * 55))}%)`;
    context.fillRect(random() * frame.width, random() * frame.height, 40 + random() * 160, 30 + random() * 120);
  }
  const cell = stranger === null ? undefined : strangers[stranger % strangers.length];
  if (cell) {
    const at = {
      x: 180 + random() * 280,
      y: 190 + random() * 100,
      height: 170 + random() * 30,
      mirrored: false,
      light: 0.95 + random() * 0.1,
    };
    const sheet = await openSheet();
    context.fillStyle = '#6f7f88';
    context.fillRect(at.x - at.height * 0.6, at.y - at.height * 0.7, at.height * 1.2, at.height * 1.5);
    sheet.drawFace(context, cell, at);
  }
  return canvas.encode('jpeg', 88);
}

let opening: ReturnType<typeof openContactSheet> | undefined;
const openSheet = async (): ReturnType<typeof openContactSheet> => (opening ??= openContactSheet());
