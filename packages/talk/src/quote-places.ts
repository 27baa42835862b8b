/** Places are whole numbers below this one: as milliseconds since 1970 each is a date that any database takes. */
const places = 2 ** 40;
/** So many quotes are looked at in one go, at most. */
const mostAtOnce = 64;
/** As many as a range should hold: it hardly ever holds more than twice as many. */
const wanted = mostAtOnce / 2;
/** A range is refused every second time, on average. */
const mostTries = 60;

/** Where a quote is among all: evenly spread, because ids are hashes. Pure. */
export const placeOf = (id: string): number => Number.parseInt(id.slice(0, 10), 16);

/** Those from this place on, and below the other, in the order of their places. */
export type FindPlaces = (range: { fromMs?: number; beforeMs?: number; limit: number }) => Promise<readonly { id: string; atMs: number }[]>;

/**
 * The id of one of them, each with the same chance, without reading all; null: there is none. All places are cut into ranges of one size,
 * one of them is drawn, and is taken as often as it is full: so a quote in an empty neighbourhood is picked no more often than another.
 */
export async function pickEvenly(find: FindPlaces, random: () => number = Math.random): Promise<string | null> {
  const first = await find({ limit: mostAtOnce + 1 });
  const drawn = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  if (first.length <= mostAtOnce) return drawn(first)?.id ?? null;
  const density = first.length / ((first.at(-1)?.atMs ?? 0) + 1);
  let ranges = 2 ** Math.max(0, Math.ceil(Math.log2((density * places) / wanted)));
  for (let tries = 0; tries < mostTries; tries += 1) {
    const size = places / ranges;
    const fromMs = Math.floor(random() * ranges) * size;
    const found = await find({ fromMs, beforeMs: fromMs + size, limit: mostAtOnce + 1 });
    if (found.length > mostAtOnce) ranges *= 2;
    else if (random() < found.length / mostAtOnce) return drawn(found)?.id ?? null;
  }
  // Only where nearly all have gone since: nobody notices which of the rest it is.
  return drawn(first)?.id ?? null;
}
