import type { AuditEntry } from '@watchpost/gallery/domain';
import { undoMs } from '@watchpost/gallery/gallery';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { z } from 'zod';
import { fromCursor, toCursor } from '../../people/cursor.ts';
import { knownPerson } from './person-page.ts';
import type { Change, Done } from './schema.ts';

const pageSize = 50;

/** An entry of the audit as pages show it. */
export function showChange({ id, action, actor, atMs, summary, undone, inverse }: AuditEntry, nowMs: number): Change {
  const untilMs = atMs + undoMs;
  const canUndo = inverse !== null && !undone && action !== 'undo' && untilMs > nowMs;
  return { id, action, actor: actor.id, atMs, summary, undone, undoUntilMs: canUndo ? untilMs : null };
}

/** What was changed of a person, or of anybody merged into it, the newest first. */
export async function changesOfPerson(
  id: string,
  cursor: string | undefined,
  { mirror, database }: Pick<GalleryParts, 'mirror' | 'database'>,
  signal: AbortSignal,
): Promise<{ items: Change[]; next: string | null }> {
  const persons = mirror.idsOf(knownPerson(mirror, id).id);
  const below = fromCursor(cursor, z.number());
  const entries = await database.audit.newest(pageSize, { persons, ...(below !== undefined && { below }) }, signal);
  const last = entries.at(-1);
  // The database's clock decides whether a change can be undone, as far as this process knows it.
  const nowMs = Math.max(mirror.head.nowMs, Date.now());
  return {
    items: entries.map((entry) => showChange(entry, nowMs)),
    next: last && entries.length === pageSize ? toCursor(last.version) : null,
  };
}

/** What a change came to. `personId`: whom it was asked of. */
export function doneOf({ id, atMs, summary, personIds }: AuditEntry, mirror: GalleryParts['mirror'], personId?: string): Done {
  const [first = ''] = personIds;
  return { entry: id, summary, undoUntilMs: atMs + undoMs, personId: mirror.person(personId ?? first)?.id ?? null };
}
