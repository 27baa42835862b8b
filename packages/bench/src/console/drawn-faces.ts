import { createCanvas } from '@napi-rs/canvas';

const side = 112;
/** So many different faces are drawn. */
const different = 24;

/** Small JPEGs of drawn faces. */
export async function drawFaces(): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: different }, async (_, index) => drawFace(index)));
}

async function drawFace(seed: number): Promise<Buffer> {
  const canvas = createCanvas(side, side);
  const context = canvas.getContext('2d');
  const hue = (seed * 47) % 360;
  context.fillStyle = `hsl(${hue} 30% ${seed % 2 === 0 ? 32 : 70}%)`;
  context.fillRect(0, 0, side, side);
  const oval = (x: number, y: number, width: number, height: number, fill: string): void => {
    context.fillStyle = fill;
    context.beginPath();
    context.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
    context.fill();
  };
  const skin = `hsl(${20 + (seed % 3) * 6} ${35 + (seed % 4) * 8}% ${34 + (seed % 6) * 8}%)`;
  oval(56, 124, 46, 34, `hsl(${(hue + 140) % 360} 40% 45%)`);
  oval(56, 46, 33, 38, `hsl(${(seed * 23) % 50} 35% ${14 + (seed % 5) * 10}%)`);
  oval(56, 58, 27, 35, skin);
  for (const x of [46, 66]) {
    oval(x, 52, 4.5, 3, '#f8f8f4');
    oval(x, 52, 2, 2.4, '#222');
  }
  oval(56, 62, 3, 6, `hsl(18 40% ${28 + (seed % 6) * 7}%)`);
  oval(56, 76, 6 + (seed % 5), 2 + (seed % 3), '#8c3b3b');
  return canvas.encode('jpeg', 82);
}
