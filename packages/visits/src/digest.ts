import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { endOf } from './visits.ts';
import type { FaceRef, Visit } from './visit.ts';
import type { Visitor, VisitView } from './visit-view.ts';
import { sectionsOf } from '@watchpost/shared/chat/say';
import { dateRun, timeRun, timesRun } from './words/times.ts';
import { between, calledIn, counted } from './words/who.ts';

/** One picture of a contact sheet. */
export interface SheetCell extends FaceRef {
  /** What is written below it: the number in the text, and who it is. */
  label: string;
}

export interface DigestFacts {
  /** When the last digest was due, milliseconds since 1970. */
  fromMs: number;
  timeZone: string;
  /** All visits that ended since. */
  visits: readonly { visit: Pick<Visit, 'camera' | 'verdict' | 'snapshots'>; view: VisitView }[];
  /** Snapshots that were skipped since, by camera. */
  skipped: readonly { camera: string | null; count: number }[];
}

/** Somebody in a digest: all visits of one person. */
interface Line {
  visitors: Visitor[];
  cameras: Set<string>;
  visits: number;
  fromMs: number;
  toMs: number;
}

const title = 'Daily digest';
/** So many names are in the line of a notification. */
const mostInSummary = 12;
/** More people are not read in one post, and their pictures could not be told apart. */
const mostLines = 40;

/**
 * The digest of a day: everybody in the visits that were left to it, where, when and how often; and what else there was, in numbers. Null
 * if there is nothing to say. `sheet`: the pictures of its contact sheet. Pure.
 */
export function digestOf({ fromMs, timeZone, visits, skipped }: DigestFacts): { post: Post; sheet: SheetCell[] } | null {
  const told = visits.filter(({ visit }) => visit.verdict === 'digest');
  const lines = linesOf(told);
  const shown = lines.slice(0, mostLines);
  const rest = restOf(visits, skipped);
  if (lines.length === 0 && skipped.length === 0) return null;
  const texts: RichText[] = shown.map((line, index) => textOf(line, index + 1, timeZone));
  if (lines.length > shown.length) texts.push([{ text: `and ${lines.length - shown.length} more` }]);
  const sheet = shown.flatMap((line, index) => cellOf(line, index + 1));
  const names = shown.slice(0, mostInSummary).map((line) => calledLine(line));
  const more = lines.length > mostInSummary ? ` and ${lines.length - mostInSummary} more` : '';
  const summary = lines.length === 0 ? title : `${title}: ${names.join(', ')}${more}`;
  const headline: RichText = [
    { text: title, bold: true },
    between,
    { text: 'since ' },
    dateRun(fromMs, timeZone),
    { text: ' ' },
    timeRun(fromMs, timeZone),
    between,
    { text: counted(told.length, 'visit') },
  ];
  const altText = `The faces of ${counted(sheet.length, 'visitor')}: ${sheet.map(({ label }) => label).join(', ')}.`;
  const picture = sheet.length === 0 ? null : { title, altText };
  const sections = [{ text: headline, buttons: [], menu: [] }, ...sectionsOf(texts)];
  return { post: { summary, picture, sections, footer: rest === '' ? [] : [{ text: rest }] }, sheet };
}

/** One line for each person, those of most visits first; all who are uncertain are one line. */
function linesOf(told: DigestFacts['visits']): Line[] {
  const lines = new Map<string, Line>();
  for (const { visit, view } of told) {
    const here = new Set<string>();
    for (const visitor of view.visitors) {
      // Nobody who is ignored is reported.
      if (visitor.standing === 'ignored') continue;
      const key = visitor.person?.id ?? '';
      const line = lines.get(key) ?? { visitors: [], cameras: new Set(), visits: 0, fromMs: Infinity, toMs: -Infinity };
      line.visitors.push(visitor);
      line.cameras.add(visit.camera ?? '');
      line.visits += here.has(key) ? 0 : 1;
      line.fromMs = Math.min(line.fromMs, view.fromMs);
      line.toMs = Math.max(line.toMs, endOf(visit));
      lines.set(key, line);
      here.add(key);
    }
  }
  return [...lines.values()].sort((a, b) => rank(a) - rank(b) || b.visits - a.visits);
}

/** Named people first, then unknowns, ignored ones, and those who are uncertain. */
function rank({ visitors: [first] }: Line): number {
  return first ? ['named', 'unknown', 'ignored', 'uncertain'].indexOf(first.standing) : 0;
}

function calledLine({ visitors }: Line): string {
  const [first] = visitors;
  if (!first) return '';
  return first.person === null ? `${visitors.length} not sure who` : calledIn(first);
}

function textOf(line: Line, number: number, timeZone: string): RichText {
  const where = [...line.cameras].filter((camera) => camera !== '').sort();
  return [
    { text: `${number}: ${calledLine(line)}`, bold: true },
    ...(where.length === 0 ? [] : [between, { text: where.join(', ') }]),
    between,
    ...timesRun(line.fromMs, line.toMs, timeZone),
    between,
    { text: counted(line.visits, 'visit') },
  ];
}

function cellOf(line: Line, number: number): SheetCell[] {
  const [largest] = [...line.visitors].sort((a, b) => b.sizePx - a.sizePx);
  if (!largest) return [];
  // A sheet shows no doubtful name either, and one face stands for all who are uncertain.
  return [{ ...largest.best, label: largest.person === null ? String(number) : `${number}: ${calledIn(largest)}` }];
}

/** What the digest does not tell of. */
function restOf(visits: DigestFacts['visits'], skipped: DigestFacts['skipped']): string {
  const of = (verdict: Visit['verdict']): number => visits.filter(({ visit }) => visit.verdict === verdict).length;
  const [posted, again, never] = [of('post'), of('cooldown'), of('never')];
  return [
    ...(posted > 0 ? [`${counted(posted, 'visit')} posted at once`] : []),
    ...(again > 0 ? [`${again} soon after another one, not posted`] : []),
    ...(never > 0 ? [`${never} of people who are not reported`] : []),
    ...(skipped.length > 0 ? [`${counted(total(skipped), 'snapshot')} skipped (${byCamera(skipped)})`] : []),
  ].join(' · ');
}

const total = (counts: readonly { count: number }[]): number => counts.reduce((sum, { count }) => sum + count, 0);

/** So many cameras are told one by one. */
const mostCameras = 10;

/** `Yard 30, Street 4`: those with most first. */
function byCamera(counts: readonly { camera: string | null; count: number }[]): string {
  const most = [...counts].sort((a, b) => b.count - a.count);
  const [told, others] = [most.slice(0, mostCameras), most.slice(mostCameras)];
  const list = told.map(({ camera, count }) => `${camera ?? 'without a camera’s name'} ${count}`);
  return [...list, ...(others.length === 0 ? [] : [`${counted(others.length, 'other camera')} ${total(others)}`])].join(', ');
}

/** The line about the snapshots that were skipped in an hour: how many of which camera, and why. Null if there were none. Pure. */
export function skippedLine({
  fromMs,
  toMs,
  timeZone,
  cameras,
  freshnessMs,
}: Pick<DigestFacts, 'fromMs' | 'timeZone'> & { toMs: number; cameras: DigestFacts['skipped']; freshnessMs: number }): Post | null {
  const count = total(cameras);
  if (count === 0) return null;
  const what = `${counted(count, 'snapshot')} skipped`;
  const minutes = counted(Math.round(freshnessMs / 60_000), 'minute');
  const why = `More came than could be looked at, so those older than ${minutes} were skipped. The newest were looked at.`;
  const line: RichText = [{ text: what, bold: true }, between, ...timesRun(fromMs, toMs, timeZone), between, { text: byCamera(cameras) }];
  return {
    summary: `${what}: ${byCamera(cameras)}`,
    picture: null,
    sections: [{ text: line, buttons: [], menu: [] }],
    footer: [{ text: why }],
  };
}
