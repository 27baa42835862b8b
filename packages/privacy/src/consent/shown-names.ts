import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { Consents } from './consents.ts';

/** What somebody is called who is known, and has not said that their name may be shown. */
export const namelessWords = 'a known person';

/** The gallery's questions and persons, as those are answered who make what others read. */
export interface ShownNames {
  questions: GalleryQuestions;
  gallery: Gallery;
  /** Who of these took their consent back, and when: what named them says it no more, however old it is. Absent: nobody is asked. */
  tookBack?: (personIds: readonly string[], signal: AbortSignal) => Promise<Map<string, number>>;
}

/**
 * The same gallery, in which only those who consent have their name: all others who are named are called `a known person`. For posts, digests,
 * boards and notices; not for those who name people.
 */
export function withConsentedNames({ questions, gallery }: ShownNames, consents: Pick<Consents, 'getAll'>): ShownNames {
  const silent = async (ids: readonly string[], signal: AbortSignal): Promise<Set<string>> => {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return new Set();
    const found = await consents.getAll(wanted, signal);
    return new Set(wanted.filter((id) => found.get(id)?.state !== 'given'));
  };
  return {
    tookBack: async (ids, signal) =>
      new Map(
        [...(await consents.getAll([...new Set(ids)], signal))].flatMap(([id, consent]) =>
          consent.state === 'withdrawn' ? [[id, consent.atMs] as const] : [],
        ),
      ),
    questions: {
      ...questions,
      seenIn: async (snapshotIds, signal) => {
        const seen = await questions.seenIn(snapshotIds, signal);
        const hidden = await silent([...seen.values()].flat().flatMap(named), signal);
        return hidden.size === 0 ? seen : new Map([...seen].map(([id, faces]) => [id, faces.map((face) => nameless(face, hidden))]));
      },
    },
    gallery: {
      ...gallery,
      person: async (id, signal) => {
        const person = await gallery.person(id, signal);
        if (person?.status !== 'named') return person;
        return (await silent([person.id], signal)).size > 0 ? { ...person, name: namelessWords } : person;
      },
    },
  };
}

/** Those whose names a face may show: an unknown has none. */
const named = ({ person, mayBeId }: ComparableFace): string[] => [
  ...(person?.status === 'named' ? [person.id] : []),
  ...(mayBeId === null ? [] : [mayBeId]),
];

function nameless(face: ComparableFace, hidden: ReadonlySet<string>): ComparableFace {
  const { person, mayBeId } = face;
  const isHidden = person?.status === 'named' && hidden.has(person.id);
  const hasHidden = mayBeId !== null && hidden.has(mayBeId);
  if (!isHidden && !hasHidden) return face;
  return {
    ...face,
    ...(isHidden && { person: { ...person, name: namelessWords } }),
    // Names that the evidence tells are not said in posts; whoever explains a decision asks the gallery itself.
    best: null,
    second: null,
    mayBe: hasHidden ? namelessWords : face.mayBe,
  };
}
