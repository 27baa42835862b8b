import { createCanvas } from '@napi-rs/canvas';
import sharp from 'sharp';
import { createChoices, type Choices } from '../prove/random.ts';
import { drawYard } from './draw-background.ts';
import { drawRain, drawTree, expose } from './draw-weather.ts';
import { drawPerson, type Head } from './heads.ts';

/** A frame with its faces. */
export interface DrawnFrame {
  jpeg: Uint8Array;
  /** Where the tips of the noses are, pixels. */
  noses: { x: number; y: number }[];
  takenAtMs: number;
}

/** What a fixed camera sees for a while. */
interface Kind {
  name: string;
  /** Brightness, 1 by day. */
  gain: (frame: number) => number;
  /** Standard deviation of a pixel, levels of 255. */
  noise: number;
  drops: number;
  tree: boolean;
  people: number;
}

const always = (gain: number) => () => gain;

/** The sequences that are measured. */
export const kinds: Kind[] = [
  { name: 'empty by day', gain: always(1), noise: 2, drops: 0, tree: false, people: 0 },
  { name: 'night noise', gain: always(0.45), noise: 5, drops: 0, tree: false, people: 1 },
  {
    name: 'exposure steps',
    gain: (frame) => [1, 0.8, 1.12, 0.9][Math.floor(frame / 12) % 4] ?? 1,
    noise: 3,
    drops: 0,
    tree: false,
    people: 1,
  },
  { name: 'rain', gain: always(0.8), noise: 3, drops: 220, tree: false, people: 1 },
  { name: 'moving tree', gain: always(1), noise: 2, drops: 0, tree: true, people: 1 },
  { name: 'people walk in', gain: always(1), noise: 2, drops: 0, tree: false, people: 3 },
];

const size = { width: 1_920, height: 1_080 };
const frameEveryMs = 2_000;

/** Someone who walks in, stands still for a while, and walks out. */
interface Walk {
  head: Head;
  coat: string;
  sizePx: number;
  fromX: number;
  standX: number;
  y: number;
  from: number;
  standFrom: number;
  standTo: number;
  to: number;
}

/** Draws a sequence frame by frame; the same for the same seed. */
export async function* drawSequence(kind: Kind, heads: readonly Head[], frames: number, seed: number): AsyncGenerator<DrawnFrame> {
  const choices = createChoices(seed);
  const yard = drawYard(size.width, size.height, choices);
  const walks = Array.from({ length: kind.people }, (_, index) => planWalk(heads, frames, index, choices));
  for (let frame = 0; frame < frames; frame += 1) {
    const canvas = createCanvas(size.width, size.height);
    const context = canvas.getContext('2d', { alpha: false });
    context.drawImage(yard, 0, 0);
    if (kind.tree) drawTree(context, seed, frame);
    const noses = walks.flatMap((walk) => {
      const x = placeAt(walk, frame);
      if (x === undefined) return [];
      drawPerson(context, walk.head, { x, y: walk.y, sizePx: walk.sizePx }, walk.coat);
      return [{ x, y: walk.y }];
    });
    drawRain(context, choices, kind.drops);
    const pixels = expose(canvas.data(), { gain: kind.gain(frame), noise: kind.noise }, choices);
    const jpeg = await sharp(pixels, { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 82 })
      .toBuffer();
    yield { jpeg, noses, takenAtMs: frame * frameEveryMs };
  }
}

/** Share of a sequence's frames in which somebody stands still. With the way in and out, people are in a fifth of all frames, as before real cameras. */
const standShare = 0.12;

/** The first has a face of 22 to 29 pixels, the others larger ones. */
function planWalk(heads: readonly Head[], frames: number, index: number, { below }: Choices): Walk {
  const head = heads[below(heads.length)];
  if (!head) throw new Error('there are no faces to draw');
  const from = 4 + Math.floor(frames / 5) + below(Math.ceil(frames / 8)) + index * 2;
  const fromLeft = below(2) === 0;
  const standFrom = from + 3 + below(3);
  const standTo = Math.min(frames - 4, standFrom + Math.round(frames * standShare));
  const shade = 40 + below(120);
  return {
    head,
    coat: `rgb(${shade}, ${shade}, ${shade + below(30)})`,
    sizePx: index === 0 ? 22 + below(8) : 36 + below(40),
    fromX: fromLeft ? size.width * 0.02 : size.width * 0.98,
    standX: size.width * (0.25 + 0.2 * index + below(15) / 100),
    y: size.height * (0.45 + below(25) / 100),
    from,
    standFrom,
    standTo,
    to: standTo + 4,
  };
}

/** Where a person is; undefined while nobody is there. */
function placeAt({ fromX, standX, from, standFrom, standTo, to }: Walk, frame: number): number | undefined {
  if (frame < from || frame >= to) return undefined;
  const share =
    frame < standFrom ? (frame - from + 0.5) / (standFrom - from) : frame < standTo ? 1 : 1 - (frame - standTo + 0.5) / (to - standTo);
  return fromX + (standX - fromX) * share;
}
