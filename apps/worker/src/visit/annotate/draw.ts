import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '@watchpost/shared/geometry';
import type { FaceLabel, FaceStyle } from './label.ts';
import { labelFont } from '@watchpost/see/picture/label-font';
import type { Raster } from '@watchpost/see/picture/raster';
import { layoutLabels, type Layout, type PlacedLabel } from './layout.ts';

interface Style {
  colour: string;
  text: string;
  /** Dash and gap in line widths; empty is solid. */
  dash: readonly number[];
  /** Half as wide as the others' lines. */
  thin?: boolean;
}

/**
 * The colours of Okabe and Ito (2008), which people with any common colour blindness can tell apart; the dashes differ as well.
 */
const styles: Record<FaceStyle, Style> = {
  named: { colour: '#0072b2', text: '#ffffff', dash: [] },
  unknown: { colour: '#e69f00', text: '#000000', dash: [4, 2] },
  uncertain: { colour: '#cc79a7', text: '#000000', dash: [1.5, 1.5] },
  unrecognisable: { colour: '#f0f0f0', text: '#000000', dash: [], thin: true },
  ignored: { colour: '#9a9a9a', text: '#000000', dash: [1, 3] },
};

const jpegQuality = 88;

/** The picture as a JPEG with a box for every face, and a label for each that can be told apart. */
export async function drawFaces(picture: Raster, faces: readonly { box: Box; label: FaceLabel }[]): Promise<Uint8Array> {
  const measuring = createCanvas(1, 1).getContext('2d');
  const layout = layoutLabels(
    picture,
    faces.map(({ box, label }) => ({ box, text: label.text })),
    (text, fontPx) => {
      measuring.font = labelFont(fontPx);
      return measuring.measureText(text).width;
    },
  );
  const canvas = createCanvas(layout.width, layout.height);
  const context = canvas.getContext('2d');
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(asCanvas(picture), 0, 0, layout.width, layout.height);
  // Labels last, so that they stay readable where they overlap faces and leaders.
  layout.faces.forEach(({ box }, index) => drawBox(context, box, layout, styleOf(faces[index]?.label)));
  layout.faces.forEach((face, index) => drawLeader(context, face, layout, styleOf(faces[index]?.label)));
  layout.faces.forEach((face, index) => drawLabel(context, face, layout, styleOf(faces[index]?.label)));
  return new Uint8Array(await canvas.encode('jpeg', jpegQuality));
}

function styleOf(label: FaceLabel | undefined): Style {
  return styles[label?.style ?? 'unrecognisable'];
}

function asCanvas({ data, width, height, channels }: Raster) {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    rgba[to] = data[from] ?? 0;
    rgba[to + 1] = data[from + 1] ?? 0;
    rgba[to + 2] = data[from + 2] ?? 0;
    rgba[to + 3] = 255;
  }
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

function drawBox(context: SKRSContext2D, { x, y, width, height }: Box, layout: Layout, style: Style): void {
  const linePx = style.thin ? layout.linePx / 2 : layout.linePx;
  // A dark line underneath keeps the colour visible on any background.
  context.setLineDash([]);
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.lineWidth = linePx + 2;
  context.strokeRect(x, y, width, height);
  context.setLineDash(style.dash.map((part) => part * linePx));
  context.strokeStyle = style.colour;
  context.lineWidth = linePx;
  context.strokeRect(x, y, width, height);
}

function drawLabel(context: SKRSContext2D, { label }: PlacedLabel, { fontPx }: Layout, style: Style): void {
  if (!label) return;
  context.fillStyle = style.colour;
  context.fillRect(label.x, label.y, label.width, label.height);
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.lineWidth = 1;
  context.strokeRect(label.x + 0.5, label.y + 0.5, label.width - 1, label.height - 1);
  context.font = labelFont(fontPx);
  context.textBaseline = 'middle';
  context.fillStyle = style.text;
  context.fillText(label.text, label.x + fontPx * 0.3, label.y + label.height / 2 + fontPx * 0.03);
}

/** Connects a label to its box if the two are apart. */
function drawLeader(context: SKRSContext2D, { box, label }: PlacedLabel, { linePx }: Layout, style: Style): void {
  if (!label) return;
  context.setLineDash([]);
  const above = box.y - (label.y + label.height);
  const below = label.y - (box.y + box.height);
  if (Math.max(above, below) <= linePx * 2) return;
  const x = box.x + box.width / 2;
  context.strokeStyle = style.colour;
  context.lineWidth = linePx;
  context.beginPath();
  context.moveTo(Math.min(Math.max(x, label.x), label.x + label.width), above > 0 ? label.y + label.height : label.y);
  context.lineTo(x, above > 0 ? box.y : box.y + box.height);
  context.stroke();
}
