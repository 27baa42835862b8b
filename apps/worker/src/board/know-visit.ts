import { AppError } from '@watchpost/shared/errors';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Visits } from '@watchpost/visits/visits';
import { viewVisit } from '@watchpost/visits/view-visits';
import type { KnownVisit } from './describe-visit.ts';

export interface KnowVisitDeps {
  visits: Pick<Visits, 'get'>;
  gallery: Pick<Gallery, 'isReady' | 'position' | 'reached'>;
  questions: Pick<GalleryQuestions, 'changedSince' | 'seenIn' | 'alike'>;
}

/** Milliseconds. */
const comeAgainMs = 1_000;

/** A visit with who was there, as the gallery says now; null: it has expired. Rejects with `visit-busy` while the gallery is loading. */
export async function knowVisit(
  visitId: string,
  { visits, gallery, questions }: KnowVisitDeps,
  signal: AbortSignal,
): Promise<KnownVisit | null> {
  // Entries of messages need no gallery: the others must not be held for that.
  if (!gallery.isReady()) throw new AppError('visit-busy', 'the gallery is still loading', { retryAfterMs: comeAgainMs });
  const { version } = await questions.changedSince(0, signal);
  await gallery.reached({ epoch: gallery.position().epoch, version }, signal);
  const visit = await visits.get(visitId, signal);
  return visit && { visit, ...(await viewVisit(visit, questions, signal)) };
}
