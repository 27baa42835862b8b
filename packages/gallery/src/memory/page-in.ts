import { AppError } from '@watchpost/shared/errors';
import type { ProbeFace } from '../gallery.ts';
import type { Mirror } from './mirror.ts';
import type { StoredFace } from '../domain.ts';

/** Faces with their vectors, found in the database. */
export interface DistantFaces {
  /**
   * The nearest faces of one model, as far as the index has them: it lags behind the database. Rejects with `search-index-not-ready`
   * rather than answer from an index that is missing or not complete.
   */
  near(embedding: Float32Array, modelId: string, signal: AbortSignal): Promise<StoredFace[]>;
  /** All faces of these persons and one model, from the database itself. */
  ofPersons(personIds: readonly string[], modelId: string, signal: AbortSignal): Promise<StoredFace[]>;
}

/** Brings the vectors that a decision needs into memory. */
export type PageIn = (faces: readonly ProbeFace[], signal: AbortSignal) => Promise<void>;

/** The best persons' whole sets are brought in: which references to keep is decided by all of them. */
const wholePersons = 3;

/**
 * Lets memory hold some of the vectors only. Before a decision the faces near each face in question are asked for and put into the
 * mirror; the newest, which the index may not have yet, are there anyway. The decision then goes on as if all vectors were in
 * memory: it compares exactly, and nothing waits in the middle of it.
 */
export function createPageIn({ mirror, distant }: { mirror: Mirror; distant: DistantFaces }): PageIn {
  const take = (found: readonly StoredFace[]): void => {
    // Only faces that the mirror knows: what was removed meanwhile must not come back, and what is new comes by itself.
    mirror.apply({ persons: [], faces: found.filter(({ id }) => mirror.face(id) !== null) });
  };
  const pageIn = async ({ embedding, modelId }: ProbeFace, signal: AbortSignal): Promise<void> => {
    take(await distant.near(embedding, modelId, signal));
    const best = new Set(
      mirror
        .candidates(embedding, modelId)
        .slice(0, wholePersons)
        .map(({ personId }) => personId),
    );
    const ids = mirror.idsByPerson();
    const merged = [...best].flatMap((id) => ids.get(id) ?? [id]);
    if (merged.length > 0) take(await distant.ofPersons(merged, modelId, signal));
  };
  return async (faces, signal) => {
    await Promise.all(faces.map(async (face) => pageIn(face, signal)));
  };
}

/** The index is not to be had now: jobs wait, and nobody is called unknown because of it. */
export function searchNotReady(why: string, cause?: unknown): AppError {
  return new AppError('search-index-not-ready', why, { retryAfterMs: 5_000, cause });
}
