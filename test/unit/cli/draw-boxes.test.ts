import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';
import { drawBoxes } from '@watchpost/cli/support/draw-boxes';
import { expect, it } from 'vitest';

it('writes above each box in a font of its own, as a container has none', async () => {
  const black = createCanvas(200, 100).encodeSync('png');
  const face = { box: { x: 20, y: 50, width: 40, height: 40 }, quality: { value: 0.5 }, sizePx: 40, score: 0.9 };
  const drawn = await drawBoxes(black, { width: 200, height: 100, faces: [face] });
  expect(GlobalFonts.has('watchpost')).toBe(true);
  const canvas = createCanvas(200, 100);
  const context = canvas.getContext('2d');
  context.drawImage(await loadImage(drawn), 0, 0);
  const above = context.getImageData(20, 30, 120, 17).data;
  expect(above.filter((value, index) => index % 4 === 0 && value > 128).length).toBeGreaterThan(100);
});
