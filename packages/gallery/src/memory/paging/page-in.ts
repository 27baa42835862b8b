import { AppError } from '@watchpost/shared/errors';
import type { StoredFace } from '../../domain.ts';
import type { ProbeFace } from '../../gallery.ts';
import type { Mirror } from '../mirror.ts';

/** Vector search inside the database. */
export interface VectorSearch {
  /**
   * The nearest faces of one model, with their vectors. The search index may lag behind the database. Rejects with
   * `search-index-not-ready` rather than answer from an index that is missing or incomplete.
   */
  nearest(embedding: Float32Array, modelId: string, signal: AbortSignal): Promise<StoredFace[]>;
  /** All faces of these persons and one model, read from the database itself. */
  ofPersons(personIds: readonly string[], modelId: string, signal: AbortSignal): Promise<StoredFace[]>;
}

/** Loads the vectors that a decision needs into memory. */
export type PageIn = (faces: readonly ProbeFace[], signal: AbortSignal) => Promise<void>;

/** For how many of the best persons all references are loaded: which references to keep depends on all of them. */
const wholePersons = 3;

/**
 * Lets memory hold only some of the vectors. Before a decision it loads the faces near each probe into the mirror; the newest faces,
 * which the search index may lack, are there anyway. The decision then proceeds as if all vectors were in memory: it compares
 * exactly, and never waits.
 */
export function createPageIn({ mirror, search }: { mirror: Mirror; search: VectorSearch }): PageIn {
  const load = (found: readonly StoredFace[]): void => {
    // Only faces that the mirror knows: removed ones must not come back, and new ones arrive by themselves.
    mirror.apply({ persons: [], pairs: [], faces: found.filter(({ id }) => mirror.face(id) !== null) });
  };
  const pageIn = async ({ embedding, modelId }: ProbeFace, signal: AbortSignal): Promise<void> => {
    load(await search.nearest(embedding, modelId, signal));
    const best = new Set(
      mirror
        .candidates(embedding, modelId)
        .slice(0, wholePersons)
        .map(({ personId }) => personId),
    );
    const merged = [...best].flatMap((id) => mirror.idsOf(id));
    if (merged.length > 0) load(await search.ofPersons(merged, modelId, signal));
  };
  return async (faces, signal) => {
    await Promise.all(faces.map(async (face) => pageIn(face, signal)));
  };
}

/** The search index cannot be used now: the job waits, and nobody is called unknown because of it. */
export function searchNotReady(why: string, cause?: unknown): AppError {
  return new AppError('search-index-not-ready', why, { retryAfterMs: 5_000, cause });
}
