import { dot as cosine } from '@watchpost/shared/vectors';
import { createChangedSince, type ChangedSinceDeps } from './changes/changed-since.ts';
import { likenessOf } from './decide/alike.ts';
import { resolvePerson } from './changes/resolve-person.ts';
import { createFindPeople, type FindPeopleDeps } from './memory/find-people.ts';
import type { GalleryQuestions } from './questions.ts';
import { createIdentify, type IdentifyDeps } from './recognise/identify.ts';
import { createCropOf, createSeenIn, type SeenInDeps } from './recognise/seen-in.ts';

export type QuestionsDeps = ChangedSinceDeps & FindPeopleDeps & IdentifyDeps & SeenInDeps;

/** What posts, dialogs and answers ask the gallery. `signal`: aborts when the gallery is closed. */
export function createQuestions(deps: QuestionsDeps, signal: AbortSignal): GalleryQuestions {
  return {
    seenIn: createSeenIn(deps),
    alike: (one, other) => {
      if (one.modelId !== other.modelId || one.embedding.length === 0 || one.embedding.length !== other.embedding.length) return 'unclear';
      const similarity = cosine(one.embedding, other.embedding);
      return likenessOf({ similarity, probeSizePx: one.sizePx, referenceSizePx: other.sizePx }, deps.decision);
    },
    findPeople: createFindPeople(deps, signal),
    identify: createIdentify(deps),
    changedSince: createChangedSince(deps),
    resolve: (reference) => resolvePerson(deps.mirror, reference).id,
    idsOf: (personId) => {
      const person = deps.mirror.person(personId);
      return person ? deps.mirror.idsOf(person.id) : [];
    },
    crop: createCropOf(deps),
  };
}
