/**
 * A ts of Slack's as microseconds since 1970: exact, as a fraction would lose its last digits. Null: it is none, or of a time that nobody
 * lives to see.
 */
export function microseconds(ts: unknown): number | null {
  const [, seconds = '', fraction = ''] = typeof ts === 'string' ? (/^(\d{1,12})\.(\d{1,9})$/.exec(ts) ?? []) : [];
  if (seconds === '') return null;
  const us = Number(seconds + fraction.slice(0, 6).padEnd(6, '0'));
  return Number.isSafeInteger(us) ? us : null;
}
