import { createHash } from 'node:crypto';
import type { Post, PostSection } from '@watchpost/shared/chat/post';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { undoMs } from '@watchpost/gallery/gallery';
import { dateOf } from './daily-hours.ts';
import { drawnText } from './labels.ts';
import type { Visit } from './visit.ts';
import type { Visitor, VisitView } from './visit-view.ts';
import { buttonsOf } from './words/buttons.ts';
import { sectionsOf } from '@watchpost/shared/chat/say';
import { dateRun, timesRun } from './words/times.ts';
import { actorRun, between, calledIn, counted, shortName, untoldText, visitorLine } from './words/who.ts';

export interface PostFacts {
  visit: Visit;
  view: VisitView;
  /** Links to snapshots in the channel that they come from. */
  links: readonly { snapshotId: string; url: string }[];
  /** What the persons in `visit.said` and `visit.lastChange` are called now; those who are gone are left out. */
  names: ReadonlyMap<string, string>;
  /** Which snapshot the post's picture shows; null: it has no picture. */
  pictureOf: string | null;
  timeZone: string;
  nowMs: number;
}

/** A change can be undone for so long, milliseconds. */
export const undoableMs = undoMs;

/** So many visitors have buttons: a post with more cannot be read, and platforms take no more. */
const mostWithButtons = 12;
/** So many names are in the line of a notification. */
const mostInSummary = 12;

/** The post of a visit: who was there, how sure, where, when, from how many snapshots, and what can be done about it. Pure. */
export function postOf(facts: PostFacts): Post {
  const { visit, view, links } = facts;
  const largest = [...view.visitors].sort((a, b) => b.sizePx - a.sizePx).slice(0, mostWithButtons);
  const withButtons = view.visitors.filter((visitor) => largest.includes(visitor));
  const others = view.visitors.filter((visitor) => !largest.includes(visitor));
  const untold = untoldText(view);
  const more: RichText[] = [
    ...others.map((visitor) => visitorLine(visitor, notNames(visitor, facts))),
    ...(untold === '' ? [] : [[{ text: view.visitors.length > 0 ? `and ${untold}` : `${untold} to recognise` }]]),
    ...(others.length === 0 ? [] : [[{ text: `The ${mostWithButtons} largest faces have buttons.` }]]),
  ];
  return {
    summary: summaryOf(visit, view),
    picture: facts.pictureOf === null ? null : { title: titleOf(visit), altText: altTextOf(facts, facts.pictureOf) },
    sections: [
      { text: headline(facts), buttons: [], menu: [] },
      ...withButtons.map((visitor) => ({ text: visitorLine(visitor, notNames(visitor, facts)), ...buttonsOf(visitor, visit.id) })),
      ...sectionsOf(more),
      ...undoSection(facts),
    ],
    footer: linksOf(links),
  };
}

/** Changes if, and only if, the post reads otherwise or has other buttons. */
export function hashOf(post: Post): string {
  return createHash('sha256').update(JSON.stringify(post)).digest('hex').slice(0, 32);
}

const titleOf = ({ camera }: Pick<Visit, 'camera'>): string => camera ?? 'Snapshot';

/** `Front door · 14:02–14:05 · 6 snapshots`, with the date if it was not posted on the same day. */
function headline({ visit, view, timeZone, nowMs }: PostFacts): RichText {
  const { fromMs, toMs, snapshots } = view;
  const postedAtMs = visit.post?.progress?.askedAtMs ?? nowMs;
  const isOfThatDay = dateOf(toMs, timeZone) === dateOf(postedAtMs, timeZone);
  const date: TextRun[] = isOfThatDay ? [] : [dateRun(fromMs, timeZone), { text: ' ' }];
  const where: TextRun[] = visit.camera === null ? [] : [{ text: visit.camera, bold: true }, between];
  return [...where, ...date, ...timesRun(fromMs, toMs, timeZone), between, { text: counted(snapshots, 'snapshot') }];
}

/** Whom readers said that this visitor is not; unless one of them has said since that it is. */
function notNames({ number, person }: Visitor, { visit, names }: PostFacts): string[] {
  const said = visit.said.filter((each) => each.number === number && each.notPerson !== person?.id);
  return [...new Set(said.flatMap(({ notPerson }) => names.get(notPerson) ?? []))];
}

function undoSection({ visit, nowMs, names }: PostFacts): PostSection[] {
  const change = visit.lastChange;
  if (!change || nowMs - change.atMs >= undoableMs) return [];
  const target = { action: 'undo' as const, visit: visit.id, number: null, subject: change.entry };
  const name = (change.person === null ? null : names.get(change.person)) ?? 'somebody who was forgotten';
  const summary = change.summary.replace('{name}', () => name);
  return [{ text: [actorRun(change.by), { text: `: ${summary}` }], buttons: [{ label: 'Undo', target }], menu: [] }];
}

/** `Front door: Ada, Unknown 7, and 2 too far away`. */
function summaryOf({ camera }: Visit, view: VisitView): string {
  const where = camera === null ? '' : `${camera}: `;
  const untold = untoldText(view);
  if (view.visitors.length === 0) return `${where}${untold === '' ? 'nobody to recognise' : `${untold} to recognise`}`;
  const unsure = view.visitors.filter(({ person }) => person === null).length;
  const known = view.visitors.filter(({ person }) => person !== null);
  const reported = known.filter(({ standing }) => standing !== 'ignored');
  const called = (reported.length + unsure > 0 ? reported : known).map((visitor) => shortName(calledIn(visitor)));
  const list = [...called, ...(unsure === 0 ? [] : [unsure === 1 ? 'somebody, not sure who' : `${unsure} not sure who`])];
  const surplus = list.length - mostInSummary;
  return where + [...list.slice(0, mostInSummary), ...(surplus > 0 ? [`and ${surplus} more`] : untold ? [`and ${untold}`] : [])].join(', ');
}

/** For readers who cannot see the picture: what is drawn on it. */
function altTextOf({ visit, view }: PostFacts, snapshotId: string): string {
  const shown = view.visitors.filter(({ faces }) => faces.some((ref) => ref.snapshotId === snapshotId));
  const where = visit.camera === null ? '' : ` at ${visit.camera}`;
  const count = counted(shown.length, 'face');
  return shown.length === 0
    ? `Snapshot${where}: ${untoldText(view) || 'nobody'} to recognise.`
    : `Snapshot${where} with ${count} marked: ${shown.map((visitor) => drawnText(visitor)).join(', ')}.`;
}

function linksOf(links: PostFacts['links']): RichText {
  const [only] = links;
  if (!only) return [];
  if (links.length === 1) return [{ text: 'snapshot', link: only.url }];
  const numbered = links.flatMap(({ url }, index): TextRun[] => [
    ...(index === 0 ? [] : [between]),
    { text: String(index + 1), link: url },
  ]);
  return [{ text: 'snapshots: ' }, ...numbered];
}
