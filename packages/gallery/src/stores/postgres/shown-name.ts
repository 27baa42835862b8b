/** The name to show for what the database holds in its place, and what is wrong with that; null where nothing is. */
export function shownName(raw: unknown): { name: string | null; problem: string | null } {
  if (typeof raw !== 'string') return { name: null, problem: 'is not text' };
  const tidy = raw.trim();
  if (tidy === '') return { name: null, problem: 'is empty' };
  return tidy.length > 80 ? { name: tidy.slice(0, 80), problem: 'is longer than 80 characters' } : { name: tidy, problem: null };
}
