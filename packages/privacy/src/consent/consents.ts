import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { isConflict, untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Actor } from '@watchpost/gallery/domain';
import type { PeopleOperations } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { z } from 'zod';
import type { Place } from '../receipts/place.ts';

const kind = 'consent';
const mostNote = 500;
const pageSize = 1_000;
/** Of those that do not stand in the audit yet. */
const unnotedKey = 'unnoted';
/** Whoever notes one may still be at it for so long, milliseconds. */
const patienceMs = 60_000;

/** What somebody may be asked: what is not said yet is `unknown`. */
export const consentStates = ['asked', 'given', 'withdrawn'] as const;
export type ConsentState = (typeof consentStates)[number];

const bodySchema = z.object({
  v: z.literal(1),
  state: z.enum(consentStates),
  /** When it was noted, by the database's clock, milliseconds since 1970. */
  atMs: z.number(),
  /** Who noted it: an actor's id. */
  by: z.string(),
  /** Where the paper is, how it was said: in the words of whoever noted it. */
  note: z.string().nullable(),
  /** All ids that the person had then: what was noted before of these counts no more. */
  covers: z.array(z.string()).default([]),
  /** False until it stands in the audit, which those who follow the changes read. */
  isNoted: z.boolean().default(true),
});
type Noted = z.infer<typeof bodySchema>;

/** A person's consent. `unknown`: nothing was noted. */
export type Consent = Omit<Noted, 'covers' | 'isNoted'> | { state: 'unknown' };

/**
 * Consent of people in the gallery, by the person's id. Of those who were merged the newest that was noted counts, unless one of them took
 * consent back: then somebody must ask again, and note it of the person that they have become.
 */
export interface Consents {
  get(personId: string, signal: AbortSignal): Promise<Consent>;
  /** Of several; those of whom nothing was noted are left out. */
  getAll(personIds: readonly string[], signal: AbortSignal): Promise<Map<string, Consent>>;
  /** The ids of everybody who consents now, with all that they have had. */
  given(signal: AbortSignal): Promise<Set<string>>;
  /**
   * Notes it, with an entry in the audit; posts that show the person are said again. Rejects with `person-not-found`, `change-refused`
   * (the note is longer than 500 characters), `gallery-unavailable`.
   */
  set(personId: string, consent: { state: ConsentState; note: string | null }, by: Actor, signal: AbortSignal): Promise<Consent>;
  /** Says in the audit what `set` could not because it was killed or refused in between. Resolves to how often. */
  finish(signal: AbortSignal): Promise<number>;
}

export interface ConsentsDeps {
  documents: DocumentStore;
  questions: Pick<GalleryQuestions, 'idsOf'>;
  operations: Pick<PeopleOperations, 'note'>;
}

const words: Record<ConsentState, string> = {
  asked: 'asked for consent',
  given: 'consent given',
  withdrawn: 'consent withdrawn',
};

export function createConsents({ documents, questions, operations }: ConsentsDeps): Consents {
  const getAll: Consents['getAll'] = (personIds, signal) =>
    consentsOf(new Map(personIds.map((id) => [id, [...new Set([id, ...questions.idsOf(id)])]])), documents, signal);
  const setNoted = async (document: StoredDocument, signal: AbortSignal): Promise<void> => {
    const body = { ...read(document), isNoted: true };
    await documents.put({ ...document, keys: [], body }, signal).catch((error: unknown) => {
      // Something newer is noted, by somebody who sees to it.
      if (!isConflict(error)) throw error;
    });
  };
  return {
    getAll,
    given: async (signal) => {
      const byId = new Map<string, Noted | undefined>();
      for await (const document of eachDocument(documents, { kind }, pageSize, signal)) byId.set(document.id, read(document));
      const all = new Set<string>();
      for (const id of byId.keys()) {
        const ids = questions.idsOf(id);
        const isGiven = effective(new Map(ids.map((each) => [each, byId.get(each)] as const)))?.state === 'given';
        if (isGiven) for (const each of ids) all.add(each);
      }
      return all;
    },
    get: async (personId, signal) => (await getAll([personId], signal)).get(personId) ?? { state: 'unknown' },
    set: async (personId, { state, note }, by, signal) => {
      if (note !== null && note.length > mostNote) throw new AppError('change-refused', `a note has ${mostNote} characters at most`);
      const covers = [...questions.idsOf(personId)];
      if (covers.length === 0) throw new AppError('person-not-found', 'there is no such person');
      // The document first: whoever follows the audit reads it.
      const { noted, stored } = await untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(kind, personId, signal);
        const atMs = Math.floor(nowMs);
        const noted: Consent = { v: 1, state, atMs, by: by.id, note };
        const body = bodySchema.parse({ ...noted, covers, isNoted: false });
        const keys = [unnotedKey];
        const revision = document?.revision ?? 0;
        const stored = await documents.put({ kind, id: personId, revision, atMs, keys, expiresAtMs: null, body }, signal);
        return { noted, stored };
      }, signal);
      await operations.note(personId, { action: 'consent', words: words[state] }, by, signal);
      await setNoted(stored, signal);
      return noted;
    },
    finish: async (signal) => {
      const nowMs = await databaseNow(documents, signal);
      const query = { kind, key: unnotedKey, beforeMs: nowMs - patienceMs, order: 'oldest', limit: pageSize } as const;
      const unnoted = await documents.find(query, signal);
      for (const document of unnoted) {
        const noted = read(document);
        if (noted)
          await operations.note(document.id, { action: 'consent', words: words[noted.state] }, { id: noted.by }, signal).catch(unlessGone);
        await setNoted(document, signal);
      }
      return unnoted.length;
    },
  };
}

function unlessGone(error: unknown): void {
  if (toAppError(error).code !== 'person-not-found') throw error;
}

/** What counts of all that was noted of a person, by the ids that they have had. */
function effective(noted: ReadonlyMap<string, Noted | undefined>): Omit<Noted, 'covers' | 'isNoted'> | undefined {
  const all = [...noted].flatMap(([id, each]) => (each ? [{ id, ...each }] : []));
  const isReplaced = ({ id, atMs }: { id: string; atMs: number }): boolean =>
    all.some((later) => later.id !== id && later.atMs >= atMs && later.covers.includes(id));
  const left = all.filter((each) => !isReplaced(each)).sort((a, b) => b.atMs - a.atMs);
  const found = left.find(({ state }) => state === 'withdrawn') ?? left[0];
  if (!found) return undefined;
  const { id: _, covers: __, isNoted: ___, ...consent } = found;
  return consent;
}

function read({ body }: StoredDocument) {
  return bodySchema.safeParse(body).data;
}

/** The consent of persons, each with all the ids that they have had. Those of whom nothing was noted are left out. Rejects with `gallery-unavailable`. */
export async function consentsOf(
  idsOf: ReadonlyMap<string, readonly string[]>,
  documents: Pick<DocumentStore, 'getAll'>,
  signal: AbortSignal,
): Promise<Map<string, Consent>> {
  const found = await documents.getAll(kind, [...new Set([...idsOf.values()].flat())], signal);
  const byId = new Map(found.map((document) => [document.id, read(document)]));
  const consents = new Map<string, Consent>();
  for (const [id, ids] of idsOf) {
    const counts = effective(new Map(ids.map((each) => [each, byId.get(each)] as const)));
    if (counts) consents.set(id, counts);
  }
  return consents;
}

/**
 * The ids of which the newest word is that there is no consent, with when that was noted: milliseconds since 1970. `earlier`: what was found in this
 * way in a database that these documents have replaced. Rejects with `gallery-unavailable`.
 */
export async function notGivenIn(
  documents: Pick<DocumentStore, 'find'>,
  earlier: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const newest = new Map<string, Pick<Noted, 'state' | 'atMs'>>([...earlier].map(([id, atMs]) => [id, { state: 'asked', atMs }]));
  for await (const document of eachDocument(documents, { kind }, pageSize, signal)) {
    const noted = read(document);
    if (!noted) continue;
    for (const id of [document.id, ...noted.covers]) if (noted.atMs >= (newest.get(id)?.atMs ?? 0)) newest.set(id, noted);
  }
  return new Map([...newest].flatMap(([id, { state, atMs }]) => (state === 'given' ? [] : [[id, atMs] as const])));
}

/** Where consent is noted; it goes with the person. */
export function consentPlace(documents: DocumentStore): Place {
  return {
    what: ['consent'],
    count: async ({ personIds }, signal) => ({ consent: (await documents.getAll(kind, personIds, signal)).length }),
    erase: async ({ personIds }, signal) => {
      for (const { id, revision } of await documents.getAll(kind, personIds, signal)) await documents.remove(kind, id, revision, signal);
    },
    waitsFor: 'it is erased when it can no longer be undone',
  };
}
