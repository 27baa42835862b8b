import type { Written } from '@watchpost/shared/chat/written';
import { openedOrNull } from '@watchpost/shared/jobs/sealed';
import type { Version } from '../entry.ts';

/**
 * What the versions say that have a picture which a later one no longer has: whoever takes a picture out of a message, or deletes its file,
 * need not wait until somebody approves that. `versions`: the newest first. One that cannot be opened takes nothing out.
 */
export function withoutRemoved(versions: readonly Version[], contentOf: (version: Version) => Written | null): Map<Version, Written> {
  const changed = new Map<Version, Written>();
  if (versions.length < 2) return changed;
  let left: ReadonlySet<string> | null = null;
  for (const version of versions) {
    const written = openedOrNull(() => contentOf(version));
    if (!written) continue;
    const pictures: Written['pictures'] = left === null ? written.pictures : cutTo(left, written.pictures);
    if (pictures.length < written.pictures.length) changed.set(version, { ...written, pictures });
    left = new Set(pictures.map(({ id }) => id));
  }
  return changed;
}

const cutTo = (ids: ReadonlySet<string>, pictures: Written['pictures']): Written['pictures'] => pictures.filter(({ id }) => ids.has(id));
