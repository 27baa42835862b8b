import type { Actor } from '../gallery.ts';
import type { AuditEntry } from '../domain.ts';

/** What can be done to persons. A person is meant by its id, or by a name that is one person's alone. */
export type Operation =
  | { kind: 'name'; person: string; to: string }
  /** One more name that finds the person; `remove` takes it away. */
  | { kind: 'alias'; person: string; alias: string; remove?: boolean }
  /** `from` becomes part of `into`. The named one of the two stays; of two unknowns the older; else `into`, with the other name as an alias. */
  | { kind: 'merge'; from: string; into: string }
  /** These faces, and the sightings that went by them, become a new Unknown. */
  | { kind: 'split'; person: string; faceIds: string[] }
  /** Seen, never reported; names that are near become uncertain. */
  | { kind: 'ignore' | 'unignore'; person: string }
  /** Erases the person, its faces and sightings: at once out of sight, for good when it cannot be undone any more. */
  | { kind: 'forget'; person: string }
  /** The face of a snapshot is this person; or (null) it is not who it was taken for. The gallery learns from it either way. */
  | { kind: 'assign'; snapshotId: string; position: number; person: string | null };

/**
 * Operations on persons, the same for every surface. Each comes true as a whole, leaves an audit entry, and can be undone for ten minutes.
 * Reject with `person-not-found`, `name-taken`, `name-invalid`, `change-refused` (all permanent), `gallery-unavailable`.
 */
export interface PeopleOperations {
  apply(operation: Operation, by: Actor, signal: AbortSignal): Promise<AuditEntry>;
  /** Undoes the newest change, or the one of this audit entry. Rejects with `change-refused` when it is too late, or something built on it. */
  undo(entryId: string | null, by: Actor, signal: AbortSignal): Promise<AuditEntry>;
  /** What was done, newest first. */
  history(limit: number, signal: AbortSignal): Promise<AuditEntry[]>;
}

/** How long a change can be undone, milliseconds. What was deleted is erased a minute later. */
export const undoMs = 10 * 60_000;
