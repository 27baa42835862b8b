import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { cut } from '@watchpost/shared/text';
import type { Visitor, VisitView } from '../visit-view.ts';

/** Two parts of a line. */
export const between: TextRun = { text: ' · ' };

/** Of a name where there is little room. */
const longestShort = { characters: 40, units: 60 };

/** A name as a button, or a line with many names, has room for it. */
export function shortName(name: string): string {
  const short = cut(name, longestShort);
  return short === name ? name : `${short.trimEnd()}…`;
}

/** What a post calls a visitor. Nobody is named who is not sure, or ignored. */
export function calledIn({ standing, person }: Pick<Visitor, 'standing' | 'person'>): string {
  if (person === null) return 'not sure';
  return standing === 'ignored' ? 'ignored' : person.name;
}

/** Whoever changed something, by the actor's id: a member of a chat platform (its name, a colon, the member’s id), a user of the command line (`cli:ada`), or `database`. */
export function actorRun(actor: string): TextRun {
  const [, origin, name] = /^([a-z]+):(.+)$/.exec(actor) ?? [];
  if (name === undefined) return { text: actor === 'database' ? 'an edit in the database' : actor };
  if (origin === 'cli') return { text: `${name} (command line)` };
  return { text: name, member: name, ...(origin !== undefined && { platform: origin }) };
}

/** The line of a visitor: who, and how sure. `not`: whom readers said that it is not. */
export function visitorLine(visitor: Visitor, not: readonly string[]): RichText {
  const runs: TextRun[] = [{ text: `${visitor.number}: ${calledIn(visitor)}`, bold: true }];
  for (const detail of detailsOf(visitor)) runs.push(between, ...detail);
  for (const name of not) runs.push(between, { text: `not ${name}` });
  if (visitor.could) runs.push(between, { text: `Could ${visitor.number} be ${visitor.could.name}?` });
  return runs;
}

function detailsOf({ standing, sureness, saidBy, isNew, contradictory }: Visitor): RichText[] {
  if (contradictory) return [[{ text: 'two names were found' }]];
  if (saidBy !== null) return [[{ text: 'said by ' }, actorRun(saidBy)]];
  if (standing === 'unknown') return [[{ text: isNew ? 'new' : 'seen before' }]];
  return standing === 'named' && sureness !== null ? [[{ text: sureness }]] : [];
}

/** `2 too far away, 1 too unclear`; empty if there are none. */
export function untoldText({ tooFar, tooUnclear }: Pick<VisitView, 'tooFar' | 'tooUnclear'>): string {
  return [
    { count: tooFar, what: 'too far away' },
    { count: tooUnclear, what: 'too unclear' },
  ]
    .flatMap(({ count, what }) => (count === 0 ? [] : [`${count} ${what}`]))
    .join(', ');
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
