/** A stretch of a long text that is looked at in one go. */
export interface Piece {
  /** Matches that begin here belong to this piece … */
  begin: number;
  /** … up to here, exclusively. */
  end: number;
  /** What is looked at, with what stands before and after. */
  seen: { from: number; to: number };
  /** So much more is looked at after it where a match goes on; characters. */
  more: number;
}

/** All times that matter are some 10 ms for so many characters. Most messages are a single piece. */
const width = 112 * 1024;
/** What stands before a match may decide about it. */
const before = 1_024;
/** No longer match is lost where a piece ends, whatever it is. */
const after = 16 * 1024;

/** The pieces of a text of that length: each of its places is in exactly one. */
export function piecesOf(length: number): Piece[] {
  if (length <= width + after) return [{ begin: 0, end: length, seen: { from: 0, to: length }, more: 0 }];
  return Array.from({ length: Math.ceil(length / width) }, (_, index) => {
    const begin = index * width;
    const end = Math.min(length, begin + width);
    return { begin, end, seen: { from: Math.max(0, begin - before), to: Math.min(length, end + after) }, more: 64 * 1024 };
  });
}
