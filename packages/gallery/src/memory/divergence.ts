import type { Head } from '../domain.ts';

/**
 * Why what was read up to `from` cannot be continued at `to`: the database was replaced, restored or emptied meanwhile; null if it
 * can. The history of a restored database may have grown beyond the version that was read, so the last commits are compared too.
 */
export function divergence(from: Head, to: Head): string | null {
  if (to.epoch !== from.epoch) return 'database-replaced';
  if (to.version < from.version) return 'database-went-back';
  const known = from.recent.find(({ version }) => version === from.version);
  const [oldest] = to.recent;
  // Nothing to compare: nothing was committed when it was read, or too much has been since.
  if (!known || !oldest || oldest.version > known.version) return null;
  return to.recent.some(({ version, id }) => version === known.version && id === known.id) ? null : 'database-replaced';
}
