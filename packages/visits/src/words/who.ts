import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { cut } from '@watchpost/shared/text';
import type { Visitor, VisitView } from '../visit-view.ts';

/** Two parts of a line. */
export const between: TextRun = { text: ' · ' };

/** Of a name on a button. */
const longestOnButton = { characters: 40, units: 60 };

/** A name as a button has room for it. */
export function nameOnButton(name: string): string {
  const short = cut(name, longestOnButton);
  return short === name ? name : `${short.trimEnd()}…`;
}

/** What a post calls a visitor. Nobody is named who is not sure, or ignored. */
export function calledIn({ standing, person }: Pick<Visitor, 'standing' | 'person'>): string {
  if (person === null) return 'not sure';
  return standing === 'ignored' ? 'ignored' : person.name;
}

/** An actor as a post shows it: a member of a chat platform, or whatever else the audit has. */
export function actorRun(actor: string): TextRun {
  const [, member] = /^[a-z]+:(.+)$/.exec(actor) ?? [];
  return member === undefined ? { text: actor } : { text: member, member };
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
