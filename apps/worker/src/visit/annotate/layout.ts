import { scaleBox, sharedArea, type Box } from '@watchpost/shared/geometry';

export interface LabelledBox {
  box: Box;
  /** Null: a box without a label. */
  text: string | null;
}

export interface PlacedLabel {
  /** Pixels of the output. */
  box: Box;
  label: (Box & { text: string }) | null;
}

export interface Layout {
  width: number;
  height: number;
  /** Output pixels for each pixel of the source. */
  scale: number;
  fontPx: number;
  linePx: number;
  faces: PlacedLabel[];
}

/** Width in pixels of a text at a font size. */
export type MeasureText = (text: string, fontPx: number) => number;

/** Longest side of a result: more only makes the upload slower. */
export const maxResultSidePx = 2_048;
/** Shortest side of a result, so that a label fits on a thumbnail. */
const minSidePx = 480;
const maxUpscale = 6;
/** How many rows away from its box a label may be in a crowd; a line then connects the two. */
const maxRows = 4;

/**
 * Places every box and label. Pure: `measure` knows the font. A label goes above its box if possible, else below, some rows away,
 * or beside it: the first place within the picture that covers no other label and no other face, else the one that covers least.
 */
export function layoutLabels(source: { width: number; height: number }, faces: readonly LabelledBox[], measure: MeasureText): Layout {
  const scale = outputScale(source);
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const fontPx = Math.round(clamp(Math.min(width, height) * 0.026, 16, 32));
  const linePx = Math.max(2, Math.round(fontPx / 8));
  const boxes = faces.map(({ box }) => scaleBox(box, scale));
  const placed: PlacedLabel[] = [];
  faces.forEach(({ text }, index) => {
    const box = boxes[index];
    if (!box) return;
    if (text === null) {
      placed.push({ box, label: null });
      return;
    }
    const fitted = fitText(text, width * 0.45, (part) => measure(part, fontPx));
    const size = { width: Math.ceil(measure(fitted, fontPx) + fontPx * 0.6), height: Math.ceil(fontPx * 1.45) };
    const obstacles = [...placed.flatMap(({ label }) => label ?? []), ...boxes.filter((_, other) => other !== index)];
    placed.push({ box, label: { ...bestPlace(box, size, { width, height }, obstacles, linePx), text: fitted } });
  });
  return { width, height, scale, fontPx, linePx, faces: placed };
}

function outputScale({ width, height }: { width: number; height: number }): number {
  const down = Math.min(1, maxResultSidePx / Math.max(width, height));
  const up = minSidePx / Math.min(width, height);
  // A very long strip cannot satisfy both limits: that of the long side wins.
  return up > 1 ? Math.min(up, maxUpscale, maxResultSidePx / Math.max(width, height)) : down;
}

/** Shortens a text with an ellipsis until it fits, to one character at least. */
export function fitText(text: string, maxWidth: number, measure: (text: string) => number): string {
  if (measure(text) <= maxWidth) return text;
  // By grapheme, so that no emoji or accent is cut in half.
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  while (characters.length > 1 && measure(`${characters.join('')}…`) > maxWidth) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

interface Size {
  width: number;
  height: number;
}

function bestPlace(box: Box, size: Size, picture: Size, obstacles: readonly Box[], linePx: number): Box {
  const { x, y } = box;
  const left = x - linePx;
  const right = x + box.width - size.width + linePx;
  const gap = Math.round(linePx / 2);
  const rows = Array.from({ length: maxRows }, (_, row) => row * (size.height + gap));
  const places = [
    ...rows
      .flatMap((away) => [y - size.height - away, y + box.height + away])
      .flatMap((top) => [
        { x: left, y: top },
        { x: right, y: top },
      ]),
    { x: x + box.width + linePx, y },
    { x: x - size.width - linePx, y },
    { x: left, y },
  ].map((corner) => within({ ...corner, ...size }, picture));
  let best = places[0] ?? { x: 0, y: 0, ...size };
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    // Moved back into the picture, a label may cover its own face: that counts too, but less than covering another.
    const covered = obstacles.reduce((sum, other) => sum + sharedArea(place, other), 0) + sharedArea(place, box) * 0.25;
    if (covered < least) {
      best = place;
      least = covered;
    }
  }
  return best;
}

function within(place: Box, picture: Size): Box {
  return {
    ...place,
    x: Math.round(clamp(place.x, 0, Math.max(0, picture.width - place.width))),
    y: Math.round(clamp(place.y, 0, Math.max(0, picture.height - place.height))),
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
