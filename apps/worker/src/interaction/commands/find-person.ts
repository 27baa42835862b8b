import type { RichText } from '@watchpost/shared/chat/rich-text';
import { countOf, listed, say } from '@watchpost/shared/chat/say';
import { nameKey } from '@watchpost/gallery/names';
import type { Person } from '@watchpost/gallery/gallery';
import type { Asker, DeedDeps } from '../deps.ts';
import { seenAt } from '../texts.ts';
import { mentioned } from './words.ts';

type FindDeps = Pick<DeedDeps, 'gallery' | 'questions'>;

/** Whom a typed name means. `persons`: everybody of this name, or the only one whose name, alias or number begins like this. */
export type Found = { text: string; persons: Person[]; similar: Person[] };

const mostSimilar = 5;
const mostRead = 50;

/** Everybody whom a typed name, a mention, or an id may mean. */
export async function findPersons(typed: string, { platform }: Asker, deps: FindDeps, signal: AbortSignal): Promise<Found> {
  const member = mentioned(typed);
  const text = (member === null ? null : await platform.members.memberName(member, signal)) ?? typed;
  const [byId, ...others] = idPattern.test(text) ? await withId(text.toLowerCase(), deps, signal) : [];
  if (byId && others.length === 0) return { text, persons: [byId], similar: [] };
  const near = deps.questions.findPeople(text, mostRead);
  const exact = near.filter(({ name }) => nameKey(name) === nameKey(text));
  const meant = exact.length > 0 ? exact : near.length === 1 ? near : [];
  return { text, persons: await current(meant, deps, signal), similar: near.slice(0, mostSimilar) };
}

/** An id, or as much of its beginning as `severalFound` shows. */
const idPattern = /^[0-9a-f][0-9a-f-]{7,39}$/i;

async function withId(beginning: string, deps: FindDeps, signal: AbortSignal): Promise<Person[]> {
  const whole = await deps.gallery.person(beginning, signal);
  if (whole) return [whole];
  const begun = deps.questions.findPeople('', Number.MAX_SAFE_INTEGER).filter(({ id }) => id.startsWith(beginning));
  return current(begun, deps, signal);
}

/** These persons as they are now, with when and where they were last seen; those who were forgotten are left out. */
export async function current(persons: readonly Person[], { gallery }: FindDeps, signal: AbortSignal): Promise<Person[]> {
  const all = await Promise.all(persons.map(({ id }) => gallery.person(id, signal)));
  return all.filter((person) => person !== null);
}

/** By what a change names this person: its id if the name is clear, else what was typed, so that the gallery decides. */
export function referenceTo({ text, persons }: Found): string {
  const [only, ...others] = persons;
  return only && others.length === 0 && nameKey(only.name) === nameKey(text) ? only.id : text;
}

/** Nobody is called so: perhaps one of these was meant. */
export function notFound({ text, similar }: Found): RichText {
  const hint =
    similar.length === 0
      ? say``
      : say` Did you mean ${listed(
          similar.map(({ name }) => name),
          'or',
        )}?`;
  return say`Nobody is called “${text}”.${hint}`;
}

/** Several persons have one name: how to tell them apart. */
export function severalFound({ text, persons }: Found): RichText {
  const lines = persons.flatMap(({ id, faces, lastSeen }) => {
    const seen = lastSeen ? say`, last seen ${seenAt(lastSeen)}` : say`, never seen`;
    return say`\n• ${{ text: id.slice(0, 8), bold: true }}: ${countOf(faces, 'face')}${seen}`;
  });
  const some = persons.length === 2 ? 'Two people are' : `${persons.length} people are`;
  return say`${some} called ${text}. Say which one by its id instead of the name:${lines}`;
}
