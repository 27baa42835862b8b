const shortest = 8;
/** Only our own ids may be shortened: somebody who adds a person by hand can choose any id. */
const ours = /^[0-9a-f-]{36}$/;

/** Shortens ids to their beginnings: at least eight characters, and as many as tell all of them apart. Commands accept these. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  const sorted = [...new Set(ids)].sort();
  const lengths = new Map(
    sorted.map((id, index) => {
      const neighbours = [sorted[index - 1] ?? '', sorted[index + 1] ?? ''];
      return [id, Math.max(shortest, ...neighbours.map((other) => sameStart(id, other) + 1))];
    }),
  );
  return (id) => (ours.test(id) ? id.slice(0, lengths.get(id) ?? id.length) : id);
}

function sameStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
