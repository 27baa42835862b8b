import type { ExtractLimits, UnreadReason } from './extract.ts';
import type { FileFormat } from './file-formats.ts';
import { within } from './place.ts';

/** Ends the reading of the whole file: what may come of it is used up. Every other error ends the reading of one part only. */
export class LimitError extends Error {
  readonly where: string;
  readonly reason: UnreadReason;

  constructor(where: string, reason: UnreadReason) {
    super(reason);
    this.where = where;
    this.reason = reason;
  }
}

/** Ends the reading because something of this installation is missing: it says nothing about the file. */
export class SetupError extends Error {}

/** A part that cannot be read, for a reason that the format knows. */
export class UnreadError extends Error {
  readonly reason: UnreadReason;

  constructor(reason: UnreadReason) {
    super(reason);
    this.reason = reason;
  }
}

/** A file, or one inside another. */
export interface Place {
  /** Empty: the file itself. */
  where: string;
  /** How many files it is inside of. */
  depth: number;
}

/** Reads what is in `bytes`, whatever it is. */
export type ReadBytes = (bytes: Buffer, place: Place, reading: Reading) => Promise<void>;

export interface ReadingOutput {
  format(format: FileFormat): void;
  text(where: string, text: string): void;
  unread(where: string, reason: UnreadReason): void;
}

/** What of the limits a child counts itself. Time, memory and bytes on the pipe are its parent's. */
export type ReadingLimits = Omit<ExtractLimits, 'timeoutMs' | 'memoryBytes'>;

/** One file being read, with everything inside it: what it has said so far, and what of its limits is left. */
export interface Reading {
  readonly limits: ReadingLimits;
  /** Whether text in pictures is read. */
  readonly ocr: boolean;
  /** Says what the bytes of a place are. */
  format(place: Place, format: FileFormat): void;
  /** Says a text. Throws LimitError. */
  text(where: string, text: string): void;
  unread(where: string, reason: UnreadReason): void;
  /** Characters that may still be said. */
  charactersLeft(): number;
  /** Counts an entry of an archive. Throws LimitError. */
  entry(where: string): void;
  /** Counts bytes that came out of an archive. Throws LimitError. */
  unpacked(where: string, bytes: number): void;
  /** Runs `read`; what is thrown becomes an unread part at `where`, unless it is a limit of the whole file. */
  part(where: string, read: () => Promise<void>): Promise<void>;
  /** Reads a file that is inside the one at `place`. */
  inner(bytes: Buffer, place: Place, name: string): Promise<void>;
  /** The same reading, which says nothing of what cannot be read. */
  quiet(): Reading;
}

/** Without what no database takes: NULs, and halves of characters. */
const clean = (text: string): string => text.replace(/[\0\p{Cs}]/gu, (one) => (one === '\0' ? '' : '\uFFFD'));

/** So many parts are listed by their place; after them each reason is listed once more, without one. */
const mostUnread = 100;

const setupCodes = new Set(['ERR_ACCESS_DENIED', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

const isSetup = (thrown: unknown): boolean =>
  thrown instanceof SetupError ||
  (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && setupCodes.has(thrown.code));

function reasonOf(thrown: unknown): UnreadReason {
  if (thrown instanceof UnreadError) return thrown.reason;
  return thrown instanceof RangeError && /call stack/i.test(thrown.message) ? 'too-deep' : 'broken';
}

/** Begins to read a file. */
export function createReading(limits: ReadingLimits, ocr: boolean, readBytes: ReadBytes, output: ReadingOutput): Reading {
  let characters = limits.characters;
  let entries = limits.entries;
  let bytes = limits.unpackedBytes;
  const listed = new Set<string>();
  const tell = (where: string, reason: UnreadReason): void => {
    const key = listed.size < mostUnread ? `${where}|${reason}` : `|${reason}`;
    if (listed.has(key)) return;
    listed.add(key);
    output.unread(listed.size <= mostUnread ? where : '', reason);
  };
  const build = (unread: Reading['unread']): Reading => {
    const part: Reading['part'] = async (where, read) => {
      try {
        await read();
      } catch (thrown) {
        if (thrown instanceof LimitError || isSetup(thrown)) throw thrown;
        unread(where, reasonOf(thrown));
      }
    };
    const reading: Reading = {
      limits,
      ocr,
      format: ({ depth }, format) => {
        if (depth === 0) output.format(format);
      },
      charactersLeft: () => characters,
      text: (where, text) => {
        if (text.trim() === '') return;
        output.text(where, clean(text.slice(0, characters)));
        characters -= text.length;
        if (characters < 0) throw new LimitError(where, 'too-large');
      },
      unread,
      entry: (where) => {
        entries -= 1;
        if (entries < 0) throw new LimitError(where, 'too-many-entries');
      },
      unpacked: (where, count) => {
        bytes -= count;
        if (bytes < 0) throw new LimitError(where, 'too-large');
      },
      part,
      inner: async (content, { where, depth }, name) => {
        const place = { where: within(where, name), depth: depth + 1 };
        if (place.depth > limits.depth) unread(place.where, 'too-deep');
        else await part(place.where, async () => readBytes(content, place, reading));
      },
      quiet: () => build(() => undefined),
    };
    return reading;
  };
  return build(tell);
}
