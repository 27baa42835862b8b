import type { Original } from './originals.ts';
import { createChoices, type Choices } from '../random.ts';

export interface MutatedPicture {
  /** The original and what was done to it. */
  name: string;
  bytes: Buffer;
}

type Originals = readonly [Original, ...Original[]];

/** Values at which sizes and counts overflow, or ask for more memory than there is. */
const lies = [0, 1, 2, 0x7f, 0xff, 0x100, 0x1f40, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff] as const;

/** What the parts of files begin with. */
const markers = [
  ...[
    [0xff, 0xd8],
    [0xff, 0xd9],
    [0xff, 0xc0],
    [0xff, 0xc2],
    [0xff, 0xc4],
    [0xff, 0xda],
    [0xff, 0xdb],
    [0xff, 0xdd],
    [0xff, 0xe1],
  ].map((each) => Buffer.from(each)),
  ...[
    'IHDR',
    'PLTE',
    'tRNS',
    'IDAT',
    'acTL',
    'iCCP',
    'zTXt',
    'eXIf',
    'IEND',
    'RIFF',
    'VP8 ',
    'VP8L',
    'VP8X',
    'ANIM',
    'ANMF',
    'ALPH',
    'GIF89a',
    'NETSCAPE2.0',
    'ftypavif',
    'meta',
    'iloc',
    'ipma',
    'ispe',
    'mdat',
    'II*\0',
    'MM\0*',
    'BM',
  ].map((each) => Buffer.from(each, 'latin1')),
  Buffer.from([0x00, 0x00, 0x01, 0x00]),
  Buffer.from([0x21, 0xf9, 0x04]),
];

type Mutation = (bytes: Buffer, random: Choices, originals: Originals) => Uint8Array;

const mutations: Record<string, Mutation> = {
  'bits flipped': (bytes, random) => {
    for (let left = 1 + random.below(64); left > 0; left -= 1) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  'bits of the header flipped': (bytes, random) => {
    for (let left = 1 + random.below(8); left > 0; left -= 1) {
      const at = random.below(Math.min(128, bytes.length));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  truncated: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'a lying number': (bytes, random) => {
    // Most sizes stand near the beginning.
    for (let left = 1 + random.below(3); left > 0; left -= 1)
      write(bytes, random.below(random.pick([64, 256, bytes.length])), random.pick(lies), random);
    return bytes;
  },
  'a marker where none belongs': (bytes, random) => {
    const marker = random.pick([Buffer.alloc(0), ...markers]);
    marker.copy(bytes, random.below(bytes.length));
    return bytes;
  },
  'a part removed': (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'a part repeated': (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([
      bytes.subarray(0, to),
      ...Array.from({ length: 1 + random.below(8) }, () => bytes.subarray(from, to)),
      bytes.subarray(to),
    ]);
  },
  'a part zeroed': (bytes, random) => bytes.fill(random.pick([0, 0xff]), ...range(bytes, random)),
  'a part of another file': (bytes, random, originals) => {
    const other = random.pick(originals).bytes;
    const [from, to] = range(other, random);
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at + random.below(to - from + 1))]);
  },
  'the beginning of another file': (bytes, random, originals) => {
    const other = random.pick(originals).bytes;
    const length = 4 + random.below(60);
    return Buffer.concat([other.subarray(0, length), bytes.subarray(length)]);
  },
  'noise behind the header': (bytes, random) => {
    for (let at = 16 + random.below(112); at < bytes.length; at += 1) bytes[at] = random.below(256);
    return bytes;
  },
};

/** The picture of a seed: a sound file with one to three mutations. */
export function mutate(originals: Originals, seed: number): MutatedPicture {
  const random = createChoices(seed);
  const original = random.pick(originals);
  const names: string[] = [];
  let bytes = Buffer.from(original.bytes);
  for (let left = random.pick([1, 1, 2, 3]); left > 0 && bytes.length > 0; left -= 1) {
    const name = random.pick(kinds);
    names.push(name);
    bytes = Buffer.from(mutations[name]?.(bytes, random, originals) ?? bytes);
  }
  return { name: `${original.name}: ${names.join(', ')}`, bytes };
}

const [firstKind = '', ...otherKinds] = Object.keys(mutations);
const kinds = [firstKind, ...otherKinds] as const;

function range(bytes: Buffer, random: Choices): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(random.pick([8, 64, 1_024])))];
}

function write(bytes: Buffer, at: number, value: number, random: Choices): void {
  const number = Buffer.alloc(4);
  const size = random.pick([2, 4]);
  if (random.below(2) === 0) number.writeUInt32LE(value);
  else number.writeUInt32BE(size === 2 ? ((value & 0xffff) << 16) >>> 0 : value);
  number.copy(bytes, at, 0, size);
}
