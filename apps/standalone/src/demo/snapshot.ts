import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { type ContactSheet, registerStampFont, stampFont } from './contact-sheet.ts';
import type { Visit } from './cast.ts';
import { frame, scenes } from './scenes.ts';

const coats = ['#2f3e4e', '#6b2d3a', '#34513b', '#4a3f63', '#57534e', '#1f2937'];

/** A picture like a camera's, a JPEG of 1280×720: the scene with its people, a time stamp, and a little noise. */
export async function drawSnapshot(sheet: ContactSheet, { camera, people }: Visit, now: Date, random: () => number): Promise<Buffer> {
  registerStampFont();
  const canvas = createCanvas(frame.width, frame.height);
  const context = canvas.getContext('2d');
  const scene = scenes[camera];
  scene.draw(context);
  const places = shuffled(scene.places, random);
  for (const [index, member] of people.entries()) {
    const place = places[index % places.length];
    const cell = member[Math.floor(random() * member.length)];
    if (!place || !cell) continue;
    const height = place.height * (0.9 + random() * 0.25);
    const at = { x: place.x + (random() - 0.5) * 90, y: place.y + (random() - 0.5) * 40, height };
    drawBody(context, at, coats[Math.floor(random() * coats.length)] ?? '#333333');
    sheet.drawFace(context, cell, { ...at, mirrored: random() < 0.3, light: 0.85 + random() * 0.25 });
  }
  addNoise(context, random);
  const stamp = `${camera}   ${now.toISOString().slice(0, 19).replace('T', '  ')}`;
  context.font = `26px "${stampFont}"`;
  context.fillStyle = 'rgba(0, 0, 0, 0.55)';
  context.fillRect(0, 0, context.measureText(stamp).width + 36, 44);
  context.fillStyle = '#ffffff';
  context.fillText(stamp, 18, 31);
  return canvas.encode('jpeg', 88);
}

function drawBody(context: SKRSContext2D, { x, y, height }: { x: number; y: number; height: number }, coat: string): void {
  context.fillStyle = '#c9a58c';
  context.fillRect(x - height * 0.14, y + height * 0.3, height * 0.28, height * 0.35);
  context.fillStyle = coat;
  context.beginPath();
  context.roundRect(x - height * 0.75, y + height * 0.52, height * 1.5, frame.height, height * 0.35);
  context.fill();
}

/** Sensor noise, as no two frames of a real camera are identical. */
function addNoise(context: SKRSContext2D, random: () => number): void {
  for (let count = 0; count < 4_000; count += 1) {
    context.fillStyle = random() < 0.5 ? 'rgba(255, 255, 255, 0.07)' : 'rgba(0, 0, 0, 0.07)';
    context.fillRect(random() * frame.width, random() * frame.height, 3, 3);
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
