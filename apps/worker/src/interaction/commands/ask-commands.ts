import type { RichText } from '@watchpost/shared/chat/rich-text';
import { typed } from '@watchpost/shared/chat/command-help';
import { countOf, moment, say } from '@watchpost/shared/chat/say';
import type { Person } from '@watchpost/gallery/gallery';
import { lineOf } from '../press/seen-before.ts';
import { answerOf, placeOf, seenAt } from '../texts.ts';
import { viewVisits } from '@watchpost/visits/view-visits';
import { visitsWith } from '../visits-with.ts';
import type { CommandAsked, CommandDeps, CommandHandler } from './command.ts';
import { current, findPersons, notFound, type Found } from './find-person.ts';
import { oneName } from './words.ts';

const mostListed = 50;
const mostVisits = 20;
/** Whoever was seen in this time is there now, milliseconds. */
const nowMs = 10 * 60_000;
/** How far back a timeline goes, milliseconds. */
const timelineMs = 30 * 24 * 3_600_000;

/** `list`, `list NAME`: everybody, or those whose name has this in it. */
export const list: CommandHandler = async ({ args }, deps, signal) => {
  const text = oneName(args);
  // From memory: to ask the database when each of thousands was last seen takes seconds.
  const all = deps.questions.findPeople(text, text === '' ? Number.MAX_SAFE_INTEGER : mostListed + 1);
  const shown = await current(all.slice(0, mostListed), deps, signal);
  if (all.length === 0) return answerOf(text === '' ? say`Nobody has been seen yet.` : say`Nobody is called “${text}”.`, []);
  const left = all.length - shown.length;
  const more =
    text === ''
      ? say`and ${left.toLocaleString('en-GB')} more. To find somebody: ${typed('list NAME')}`
      : say`and more. Type more of the name.`;
  const heading = text === '' ? say`${countOf(all.length, 'person', 'people')}:` : say`People called “${text}”:`;
  return answerOf(heading, [...shown.map((person) => lineOfPerson(person)), ...(left > 0 ? [more] : [])]);
};

function lineOfPerson({ name, status, lastSeen, mayBe }: Person): RichText {
  const standing = status === 'ignored' ? say`, ignored` : [];
  const perhaps = mayBe ? say`, may be ${mayBe.name}` : [];
  return say`• ${{ text: name, bold: true }}${standing}${perhaps}${lastSeen ? say`, last seen ${seenAt(lastSeen)}` : []}`;
}

/** `who`: who is there now. */
export const who: CommandHandler = async (_asked, deps, signal) => {
  const sinceMs = Date.now() - nowMs;
  const visits = await deps.visits.during({ fromMs: sinceMs, beforeMs: Date.now() + nowMs }, signal);
  const views = await viewVisits(visits, deps.questions, signal);
  const seen = new Map<string, { name: string; atMs: number; place: string }>();
  let uncertain = 0;
  for (const { visit, view } of views)
    for (const { standing, person } of view.visitors) {
      if (standing === 'uncertain' || !person) uncertain += 1;
      else if (standing !== 'ignored' && (seen.get(person.id)?.atMs ?? 0) <= view.toMs)
        seen.set(person.id, { name: person.name, atMs: view.toMs, place: placeOf(visit) });
    }
  if (seen.size === 0 && uncertain === 0) return answerOf(say`Nobody was seen in the last ten minutes.`, []);
  const lines = [...seen.values()]
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, mostListed)
    .map(({ name, atMs, place }) => say`• ${{ text: name, bold: true }} at ${place}, ${moment(atMs, 'time')}`);
  const more = seen.size > mostListed ? [say`and ${seen.size - mostListed} more`] : [];
  const others = uncertain > 0 ? [say`and ${countOf(uncertain, 'person', 'people')} not recognised for certain`] : [];
  return answerOf(say`Seen in the last ten minutes:`, [...lines, ...more, ...others]);
};

/** Whom a question is about, or the answer that nobody is. */
async function asked({ args, asker }: CommandAsked, command: string, deps: CommandDeps, signal: AbortSignal): Promise<Found | RichText> {
  const name = oneName(args);
  if (name === '') return say`Say whom: ${typed(command)}`;
  const found = await findPersons(name, asker, deps, signal);
  return found.persons.length === 0 ? notFound(found) : found;
}

const isText = (found: Found | RichText): found is RichText => Array.isArray(found);

/** `last-seen NAME`; of several persons of one name each. */
export const lastSeen: CommandHandler = async (given, deps, signal) => {
  const found = await asked(given, 'last-seen Ada', deps, signal);
  if (isText(found)) return answerOf(found, []);
  const lines = found.persons.slice(0, mostListed).map(({ name, lastSeen: seen }) => {
    const told = { text: name, bold: true };
    return seen ? say`${told} was last seen ${seenAt(seen)}.` : say`${told} has not been seen lately.`;
  });
  return answerOf(lines[0] ?? [], lines.slice(1));
};

/** `timeline NAME`: the newest visits, with links to the posts of some. */
export const timeline: CommandHandler = async (given, deps, signal) => {
  const found = await asked(given, 'timeline Ada', deps, signal);
  if (isText(found)) return answerOf(found, []);
  const ids = found.persons.map(({ id }) => id);
  const name = found.persons[0]?.name ?? found.text;
  const { found: visits, isMore } = await visitsWith(ids, { sinceMs: Date.now() - timelineMs, most: mostVisits }, deps, signal);
  if (visits.length === 0) return answerOf(say`${name} was not seen in the last 30 days.`, []);
  const lines = await Promise.all(visits.map(({ visit }) => lineOf(visit, given.asker.platform, signal)));
  const heading = found.persons.length > 1 ? say`Everybody called ${name}:` : say`${{ text: name, bold: true }} was seen:`;
  return answerOf(heading, [...lines, ...(isMore ? [say`and more often before`] : [])]);
};
