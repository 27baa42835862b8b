import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { builtInCalibration } from '@watchpost/gallery/decide/calibration';
import { createYardstick, defaultRiskSettings, type Lines } from '@watchpost/gallery/decide/yardstick';
import type { SizeResult } from './measure-recognition.ts';

const [width, height, margin] = [900, 520, 60];
const [smallest, largest] = [20, 64];

/** What decides in a gallery of up to thirty persons, against a reference of full size. */
const linesAt = (probeSizePx: number): Lines =>
  createYardstick({ ...defaultRiskSettings, calibration: builtInCalibration }, { persons: 30, faces: 30 }, { probeSizePx }).linesAt(112);

/** Similarity by face size with the lines that decide, as a PNG for docs/seeing.md. */
export async function drawCurves(sizes: SizeResult[]): Promise<Buffer> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.font = '15px sans-serif';
  drawAxes(context);
  const curve = (value: (size: SizeResult) => number) => sizes.map((size): [number, number] => [size.sizePx, value(size)]);
  const threshold = (value: (at: Lines) => number) =>
    Array.from({ length: largest - smallest + 1 }, (_, index): [number, number] => [smallest + index, value(linesAt(smallest + index))]);
  // Okabe and Ito's colours, which colour-blind readers can tell apart.
  const lines: { label: string; colour: string; dashed: boolean; points: [number, number][] }[] = [
    { label: 'same person, median', colour: '#0072b2', dashed: false, points: curve(({ sameMedian }) => sameMedian) },
    { label: 'same person, lowest 5 %', colour: '#56b4e9', dashed: false, points: curve(({ sameLow }) => sameLow) },
    { label: 'most similar stranger', colour: '#d55e00', dashed: false, points: curve(({ strangersMost }) => strangersMost) },
    { label: 'strangers, median', colour: '#e69f00', dashed: false, points: curve(({ strangersMedian }) => strangersMedian) },
    { label: 'match from here', colour: '#000000', dashed: true, points: threshold(({ match }) => match) },
    { label: 'uncertain from here', colour: '#777777', dashed: true, points: threshold(({ uncertain }) => uncertain) },
  ];
  lines.forEach(({ label, colour, dashed, points }, index) => {
    drawLine(context, points, colour, dashed);
    context.fillStyle = colour;
    context.fillText(label, width - 230, 40 + index * 22);
  });
  return canvas.encode('png');
}

const toX = (sizePx: number): number => margin + ((sizePx - smallest) / (largest - smallest)) * (width - 2 * margin - 190);
const toY = (similarity: number): number => height - margin - similarity * (height - 2 * margin);

function drawAxes(context: SKRSContext2D): void {
  context.strokeStyle = '#cccccc';
  context.fillStyle = '#333333';
  for (let similarity = 0; similarity <= 1.001; similarity += 0.2) {
    context.beginPath();
    context.moveTo(toX(smallest), toY(similarity));
    context.lineTo(toX(largest), toY(similarity));
    context.stroke();
    context.fillText(similarity.toFixed(1), 22, toY(similarity) + 5);
  }
  for (const size of [20, 24, 28, 32, 40, 48, 64]) context.fillText(String(size), toX(size) - 8, height - margin + 24);
  context.fillText('size of the face, pixels', toX(34), height - 12);
  context.fillText('cosine to a reference of full size', margin, 30);
}

function drawLine(context: SKRSContext2D, points: [number, number][], colour: string, dashed: boolean): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.setLineDash(dashed ? [8, 6] : []);
  context.beginPath();
  points.forEach(([size, similarity], index) =>
    index === 0 ? context.moveTo(toX(size), toY(similarity)) : context.lineTo(toX(size), toY(similarity)),
  );
  context.stroke();
}
