/** Beyond this, the fitted distributions say nothing that can be relied on. */
const most = 1_000_000;

/** Two digits are as much as the fit knows. */
export function twoDigits(value: number): string {
  return new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 }).format(value);
}

/** A likelihood ratio as people read it: how much likelier one person is than two, or two than one. */
export function describeLikelihood(ratio: number): string {
  const [times, what] = ratio >= 1 ? [ratio, 'one person than two'] : [1 / ratio, 'two persons than one'];
  return `${times > most ? 'more than a million' : twoDigits(times)} times likelier ${what}`;
}

/** Of how many strangers one is so similar: an expected number of persons, or a rate. */
export function describeRarity(expected: number): string {
  if (expected >= 1) return 'nearly all';
  return expected < 1 / most ? 'fewer than 1 in a million' : `1 in ${twoDigits(1 / expected)}`;
}
