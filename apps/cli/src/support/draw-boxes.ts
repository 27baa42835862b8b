import { createCanvas, loadImage } from '@napi-rs/canvas';
import sharp from 'sharp';
import type { SeenFace } from '@watchpost/see/face-engine';
import { labelFont } from '@watchpost/see/picture/label-font';

interface BoxedFace extends Pick<SeenFace, 'box' | 'sizePx' | 'score'> {
  quality: Pick<SeenFace['quality'], 'value'>;
}

/** The picture as an upright JPEG with a box, quality, size and score for each face, to check by eye. The worker annotates results with names. */
export async function drawBoxes(
  bytes: Uint8Array,
  { width, height, faces }: { width: number; height: number; faces: readonly BoxedFace[] },
): Promise<Buffer> {
  const upright = await sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .autoOrient()
    .png()
    .toBuffer()
    .catch(() => Buffer.from(bytes));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.drawImage(await loadImage(upright), 0, 0, width, height);
  context.lineWidth = Math.max(2, width / 600);
  context.font = labelFont(Math.max(12, Math.round(width / 100)));
  for (const { box, quality, sizePx, score } of faces) {
    context.strokeStyle = '#ffb000';
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.fillStyle = '#ffb000';
    context.fillText(`${quality.value.toFixed(2)} ${Math.round(sizePx)}px ${score.toFixed(2)}`, box.x, box.y - 3);
  }
  return canvas.encode('jpeg', 88);
}
