import { cropFace } from '@watchpost/see/face/reference-crop';
import { createPyramid } from '@watchpost/see/picture/raster';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

/** A grey picture with a red square of this side at (100, 60). */
function picture(side: number) {
  const [width, height] = [800, 700];
  const data = new Uint8Array(width * height * 3).fill(128);
  for (let y = 60; y < 60 + side; y += 1) for (let x = 100; x < 100 + side; x += 1) data.set([220, 20, 20], (y * width + x) * 3);
  return createPyramid({ data, width, height, channels: 3 as const });
}

async function read(jpeg: Uint8Array) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const isRed = (x: number, y: number) => (data[(y * info.width + x) * 3] ?? 0) > 180;
  return { ...info, isRed };
}

describe('cropFace', () => {
  it('is twice as wide as the face, with the face in the middle', async () => {
    const { width, height, isRed } = await read(await cropFace(picture(60), { x: 100, y: 60, width: 60, height: 60 }));
    expect([width, height]).toEqual([120, 120]);
    expect([isRed(60, 60), isRed(35, 35), isRed(85, 85)]).toEqual([true, true, true]);
    expect([isRed(20, 60), isRed(100, 60), isRed(60, 20), isRed(60, 100)]).toEqual([false, false, false, false]);
  });

  it('takes the longer side of the box', async () => {
    expect(await read(await cropFace(picture(60), { x: 100, y: 60, width: 40, height: 61.4 }))).toMatchObject({ width: 123, height: 123 });
  });

  it('shrinks a large face to 256 pixels', async () => {
    const { width, height, isRed } = await read(await cropFace(picture(400), { x: 100, y: 60, width: 400, height: 400 }));
    expect([width, height]).toEqual([256, 256]);
    expect([isRed(128, 128), isRed(70, 70), isRed(50, 128)]).toEqual([true, true, false]);
  });

  it('extends beyond the edge of the picture', async () => {
    const { width, height } = await read(await cropFace(picture(60), { x: -30, y: 660, width: 80, height: 80 }));
    expect([width, height]).toEqual([160, 160]);
  });
});
