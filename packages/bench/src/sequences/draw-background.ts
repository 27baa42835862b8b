import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Choices } from '../prove/random.ts';

/** What a fixed camera sees of a yard where nobody is: a wall of bricks with windows and a door, pavement, a lamp. */
export function drawYard(width: number, height: number, { below }: Choices): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const ground = Math.round(height * 0.62);
  const sky = context.createLinearGradient(0, 0, 0, ground);
  sky.addColorStop(0, '#9fb4c4');
  sky.addColorStop(1, '#c9cfcd');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, ground);
  drawBricks(context, { left: Math.round(width * 0.18), top: Math.round(height * 0.12), right: width, bottom: ground }, below);
  for (let index = 0; index < 4; index += 1) drawWindow(context, width * (0.26 + 0.18 * index), height * 0.2, width * 0.08, below);
  context.fillStyle = '#4b3b30';
  context.fillRect(width * 0.52, height * 0.4, width * 0.06, ground - height * 0.4);
  drawPavement(context, ground, below);
  return canvas;
}

type Below = Choices['below'];

function drawBricks(context: SKRSContext2D, area: { left: number; top: number; right: number; bottom: number }, below: Below): void {
  const { left, top, right, bottom } = area;
  context.fillStyle = '#8f8780';
  context.fillRect(left, top, right - left, bottom - top);
  for (let y = top, row = 0; y < bottom; y += 14, row += 1)
    for (let x = left - (row % 2) * 20; x < right; x += 40) {
      const shade = below(30);
      context.fillStyle = `rgb(${128 + shade}, ${82 + shade}, ${66 + shade})`;
      context.fillRect(Math.max(left, x), y, 37, 11);
    }
}

function drawWindow(context: SKRSContext2D, x: number, y: number, width: number, below: Below): void {
  context.fillStyle = '#e4e2da';
  context.fillRect(x - 6, y - 6, width + 12, width * 1.2 + 12);
  const glass = context.createLinearGradient(x, y, x + width, y + width);
  glass.addColorStop(0, `rgb(${40 + below(40)}, 62, 78)`);
  glass.addColorStop(1, '#20303a');
  context.fillStyle = glass;
  context.fillRect(x, y, width, width * 1.2);
  context.fillStyle = '#e4e2da';
  context.fillRect(x + width / 2 - 3, y, 6, width * 1.2);
}

function drawPavement(context: SKRSContext2D, top: number, below: Below): void {
  const { width, height } = context.canvas;
  context.fillStyle = '#75757a';
  context.fillRect(0, top, width, height - top);
  for (let index = 0; index < 6_000; index += 1) {
    const shade = 85 + below(70);
    context.fillStyle = `rgb(${shade}, ${shade}, ${shade + 3})`;
    context.fillRect(below(width), top + below(height - top), 2 + below(6), 1 + below(3));
  }
}
