import { deflateRawSync } from 'node:zlib';

export interface ZipMember {
  name: string;
  bytes: Buffer | string;
  /** Stored as it is, without compression. */
  isStored?: boolean;
  /** What the headers claim instead of the real size. Bytes. */
  claimedBytes?: number;
  /** Another number for how it is compressed. */
  method?: number;
}

const table = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xed_b8_83_20 : sum >>> 1;
  return sum >>> 0;
});

const crc32 = (bytes: Buffer): number => {
  let sum = 0xff_ff_ff_ff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 255] ?? 0);
  return (sum ^ 0xff_ff_ff_ff) >>> 0;
};

function header(signature: number, fields: [size: 2 | 4, value: number][], tail: Buffer): Buffer {
  const head = Buffer.alloc(4 + fields.reduce((sum, [size]) => sum + size, 0));
  head.writeUInt32LE(signature);
  let at = 4;
  for (const [size, value] of fields) at = size === 2 ? head.writeUInt16LE(value, at) : head.writeUInt32LE(value, at);
  return Buffer.concat([head, tail]);
}

interface Packed {
  label: Buffer;
  packed: Buffer;
  /** The part of the header that both of its places have. */
  common: [2 | 4, number][];
}

function pack({ name, bytes, isStored = false, claimedBytes, method = isStored ? 0 : 8 }: ZipMember): Packed {
  const plain = Buffer.from(bytes);
  const packed = isStored ? plain : deflateRawSync(plain);
  const label = Buffer.from(name);
  return {
    label,
    packed,
    common: [
      [2, 20],
      [2, 0x800],
      [2, method],
      [4, 0],
      [4, crc32(plain)],
      [4, packed.length],
      [4, claimedBytes ?? plain.length],
      [2, label.length],
      [2, 0],
    ],
  };
}

/** A zip, as plain or as crooked as a test needs it. `copies`: so many entries share the bytes of the first member. */
export function makeZip(members: ZipMember[], { comment = '', copies = 1 } = {}): Buffer {
  const body: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const { label, packed, common } = pack(member);
    body.push(header(0x04_03_4b_50, common, Buffer.concat([label, packed])));
    directory.push(header(0x02_01_4b_50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]], label));
    at += body.at(-1)?.length ?? 0;
  }
  for (let copy = 1; copy < copies; copy += 1) directory.push(directory[0] ?? Buffer.alloc(0));
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end: [2 | 4, number][] = [
    [2, 0],
    [2, 0],
    [2, directory.length],
    [2, directory.length],
    [4, size],
    [4, at],
    [2, comment.length],
  ];
  return Buffer.concat([...body, ...directory, header(0x06_05_4b_50, end, Buffer.from(comment))]);
}
