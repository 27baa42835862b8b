import { personStatus } from '../domain.ts';
import type { Decision } from '../decide/decide.ts';
import type { MatchedFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { PageIn } from '../memory/paging/page-in.ts';
import type { ReaderDeps } from '../memory/reader.ts';
import type { Sync } from '../memory/sync.ts';
import type { GalleryQuestions } from '../questions.ts';
import { decideFaces, type DecideFacesDeps } from './decide-faces.ts';

export interface IdentifyDeps extends DecideFacesDeps {
  sync: Sync;
  pageIn?: PageIn | undefined;
  /** Whether vectors are read at all. */
  embeddings: ReaderDeps['embeddings'];
}

/** `GalleryQuestions.identify`. */
export function createIdentify(deps: IdentifyDeps): GalleryQuestions['identify'] {
  return async (faces, signal) => {
    // Otherwise everybody would be a stranger.
    if (deps.embeddings === false) throw new Error('the gallery was opened without vectors');
    await deps.sync.ready(signal);
    await deps.pageIn?.(faces, signal);
    return decideFaces(deps, faces).map((decision) => toAnswer(deps.mirror, decision));
  };
}

function toAnswer(mirror: Mirror, decision: Decision): MatchedFace {
  switch (decision.kind) {
    case 'match':
    case 'unknown':
    case 'uncertain': {
      if (!('candidate' in decision)) return { decision: 'uncertain', person: null, similarity: null };
      const { personId, similarity } = decision.candidate;
      return { decision: decision.kind, person: shown(mirror, personId), similarity };
    }
    case 'new': {
      // Recognised, it would become an unknown who may be that person.
      const perhaps = decision.mayBe === null ? null : shown(mirror, decision.mayBe);
      const similarity = decision.evidence.best?.similarity ?? null;
      return { decision: perhaps ? 'uncertain' : 'unknown', person: perhaps, similarity: perhaps && similarity };
    }
    case 'unrecognisable':
      return { decision: 'unrecognisable', person: null, similarity: null };
    default:
      return decision satisfies never;
  }
}

function shown(mirror: Mirror, personId: string): MatchedFace['person'] {
  const stored = mirror.person(personId);
  return stored && { id: stored.id, status: personStatus(stored), name: stored.name };
}
