import { squareOnTemplate } from '@watchpost/see/face/embedding-square';
import { modelInput } from '@watchpost/see/models/model-input';
import { expect, it } from 'vitest';

const template = [
  { x: 38, y: 52 },
  { x: 74, y: 52 },
  { x: 56, y: 72 },
  { x: 42, y: 92 },
  { x: 71, y: 92 },
];

it('finds the square whose crop fits the landmarks to the template', () => {
  const [scale, angle, move] = [2.5, 0.4, { x: 300, y: 120 }];
  const landmarks = template.map(({ x, y }) => ({
    x: move.x + scale * (x * Math.cos(angle) - y * Math.sin(angle)),
    y: move.y + scale * (x * Math.sin(angle) + y * Math.cos(angle)),
  }));
  const square = squareOnTemplate(landmarks, template, 112);
  expect(square.side).toBeCloseTo(112 * scale);
  expect(square.angle).toBeCloseTo(angle);
  expect(square.x).toBeCloseTo(move.x + scale * (56 * Math.cos(angle) - 56 * Math.sin(angle)));
  expect(square.y).toBeCloseTo(move.y + scale * (56 * Math.sin(angle) + 56 * Math.cos(angle)));
});

it('converts a crop to the order, layout and scale of the model’s input', () => {
  const crop = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), width: 2, height: 1, channels: 3 } as const;
  const format = { mean: [0, 10, 20], scale: 0.5 };
  expect([...modelInput(crop, { ...format, order: 'rgb', layout: 'nhwc' })]).toEqual([5, 5, 5, 20, 20, 20]);
  expect([...modelInput(crop, { ...format, order: 'bgr', layout: 'nchw' })]).toEqual([15, 30, 5, 20, -5, 10]);
});
