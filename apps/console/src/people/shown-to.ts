import { personStatus, type AuditEntry, type StoredPerson } from '@watchpost/gallery/domain';
import type { Person, SightedFace } from '@watchpost/gallery/gallery';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import type { AuditStore } from '@watchpost/gallery/store';
import type { Consents } from '@watchpost/privacy/consent/consents';
import { namelessWords } from '@watchpost/privacy/consent/shown-names';
import { raceAbort, raceWithin } from '@watchpost/shared/wait';
import { mayAct, type User } from '../sign-in/user.ts';

/** The gallery as somebody may see it. */
export interface ShownParts extends GalleryParts {
  /** The same object as long as the same names are shown: what is sorted by name is kept by it. */
  view: object;
}

/** The gallery as this user may see it. Rejects with `gallery-unavailable`. */
export type ShownTo = (request: { user: User | null; ending: AbortSignal }) => Promise<ShownParts>;

export interface ShownToDeps {
  parts: () => GalleryParts;
  consents: (parts: GalleryParts) => Pick<Consents, 'given'>;
  /** Whether names are shown only of those who consent. */
  isRequired: boolean;
  stopping: AbortSignal;
}

/** Consent is read again where the gallery has changed, which each note of it does; and after so long in any case. Milliseconds. */
const mostMs = 10_000;
/** For reading it, milliseconds. */
const patienceMs = 20_000;
const allNames = {};

/**
 * Names for a role: editors and admins, who name people, see every name; a viewer, where consent is required, only the names of those who gave
 * it. All others who have a name are called `a known person`, found by no name, and sorted by none.
 */
export function createShownTo({ parts, consents, isRequired, stopping }: ShownToDeps): ShownTo {
  let kept: { atMs: number; key: string; view: Veil } | null = null;
  let reading: { key: string; view: Promise<Veil> } | null = null;
  const read = async (all: GalleryParts, key: string): Promise<Veil> => {
    const atMs = performance.now();
    const given = await raceWithin(async (limit) => consents(all).given(limit), stopping, patienceMs);
    const view = kept && isSame(kept.view.given, given) ? kept.view : createVeil(given);
    if (!kept || kept.atMs < atMs) kept = { atMs, key, view };
    return view;
  };
  const veilOf = async (all: GalleryParts, signal: AbortSignal): Promise<Veil> => {
    const { epoch, version } = all.mirror.head;
    const key = `${epoch} ${String(version)}`;
    if (kept?.key === key && performance.now() - kept.atMs < mostMs) return kept.view;
    // Whoever comes meanwhile waits for the same answer, unless the gallery has changed since it was asked for.
    if (reading?.key !== key) {
      const begun = { key, view: read(all, key) };
      reading = begun;
      const end = (): void => {
        if (reading === begun) reading = null;
      };
      begun.view.then(end, end);
    }
    return raceAbort(reading.view, signal);
  };
  return async ({ user, ending }) => {
    const all = parts();
    if (!isRequired || (user && mayAct(user, 'editor'))) return { ...all, view: allNames };
    await all.gallery.ready(ending);
    return veiled(all, await veilOf(all, ending));
  };
}

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((id) => other.has(id));

interface Veil {
  given: ReadonlySet<string>;
  /** Whether the name of this person, as the gallery has it, is not to be shown. */
  hides: (person: StoredPerson) => boolean;
  /** The person without the name where it is hidden; the same object each time. */
  person: (person: StoredPerson) => StoredPerson;
}

function createVeil(given: ReadonlySet<string>): Veil {
  const made = new WeakMap<StoredPerson, StoredPerson>();
  // An ignored person may have a name, too.
  const hides = (person: StoredPerson): boolean => personStatus({ ...person, ignored: false }) === 'named' && !given.has(person.id);
  return {
    given,
    hides,
    person: (person) => {
      if (!hides(person)) return person;
      const nameless = made.get(person) ?? { ...person, name: namelessWords, aliases: [] };
      made.set(person, nameless);
      return nameless;
    },
  };
}

function veiled(all: GalleryParts, veil: Veil): ShownParts {
  const { mirror, gallery, questions, kept, database } = all;
  const orNull = (person: StoredPerson | null): StoredPerson | null => person && veil.person(person);
  const isHidden = (id: string): boolean => {
    const person = mirror.person(id);
    return person !== null && veil.hides(person);
  };
  const shown = (person: Person): Person => ({
    ...person,
    name: isHidden(person.id) ? namelessWords : person.name,
    mayBe: person.mayBe && { ...person.mayBe, name: isHidden(person.mayBe.id) ? namelessWords : person.mayBe.name },
  });
  const face = faceVeiled(mirror, veil);
  const audit = auditVeiled(mirror, veil);
  return {
    ...all,
    view: veil,
    mirror: {
      ...mirror,
      get head() {
        return mirror.head;
      },
      person: (id) => orNull(mirror.person(id)),
      stored: (id) => orNull(mirror.stored(id)),
      persons: () => mirror.persons().map(veil.person),
      mayBe: (person) => orNull(mirror.mayBe(person)),
      mayBeOneOf: (ids) => mirror.mayBeOneOf(ids).map(veil.person),
      // That somebody is called as another one is would tell the name; that somebody is found by it, too.
      namesakes: () =>
        mirror
          .namesakes()
          .map((persons) => persons.filter((person) => !veil.hides(person)))
          .filter(({ length }) => length > 1),
      called: (name) => mirror.called(name).filter((person) => !veil.hides(person)),
      search: (text) => mirror.search(text).map(({ ids, status }) => ({ status, ids: ids.filter((id) => !isHidden(id)) })),
    },
    gallery: {
      ...gallery,
      people: async (signal) => (await gallery.people(signal)).map(shown),
      person: async (id, signal) => {
        const person = await gallery.person(id, signal);
        return person && shown(person);
      },
      explain: async (snapshotId, signal) => (await gallery.explain(snapshotId, signal)).map(face),
    },
    questions: {
      ...questions,
      seenIn: async (ids, signal) => new Map([...(await questions.seenIn(ids, signal))].map(([id, faces]) => [id, faces.map(face)])),
      findPeople: (text, limit) => {
        const found = questions.findPeople(text, limit);
        return (text.trim() === '' ? found : found.filter(({ id }) => !isHidden(id))).map(shown);
      },
    },
    kept: { ...kept, audit: { ...kept.audit, ...audit(kept.audit) } },
    database: { ...database, audit: { ...database.audit, ...audit(database.audit) } },
  };
}

/** A face with the names of those only who are shown. */
function faceVeiled(mirror: GalleryParts['mirror'], veil: Veil): <F extends SightedFace>(face: F) => F {
  const nameOf = (id: string | undefined): string | null => {
    const person = id === undefined ? null : mirror.person(id);
    return person && veil.person(person).name;
  };
  return (face) => {
    const { person, evidence } = face;
    const stored = person && mirror.person(person.id);
    const mayBe = stored && mirror.mayBe(stored);
    return {
      ...face,
      person: person && stored && { ...person, name: veil.person(stored).name },
      best: face.best && nameOf(evidence?.best?.personId),
      second: face.second && nameOf(evidence?.second?.personId),
      mayBe: face.mayBe && mayBe && veil.person(mayBe).name,
    };
  };
}

type ToldAudit = Pick<AuditStore, 'newest' | 'find'>;

/** What was changed of whom says no name where anybody whom it concerns is not to be named, or is gone. */
function auditVeiled(mirror: GalleryParts['mirror'], veil: Veil): (audit: ToldAudit) => ToldAudit {
  const told = (entry: AuditEntry): AuditEntry => {
    const isOpen = entry.personIds.every((id) => {
      const person = mirror.person(id);
      return person !== null && !veil.hides(person);
    });
    return isOpen ? entry : { ...entry, summary: `${namelessWords}: ${entry.action}` };
  };
  return (audit) => ({
    newest: async (...asked) => (await audit.newest(...asked)).map(told),
    find: async (...asked) => (await audit.find(...asked)).map(told),
  });
}
