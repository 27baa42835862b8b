import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { VisitBody } from '@watchpost/visits/visit';
import type { Sent } from './cameras.ts';
import type { Content } from './plan.ts';
import type { Post } from './slack/workspace.ts';

/** What is wrong with one snapshot, one visit, one person, or the whole. `subject`: its id in the journal. */
export interface Breach {
  subject: string;
  what: string;
}

/** One snapshot at the end. */
export interface Outcome {
  sent: Sent;
  record: SnapshotRecord | null;
  /** Who is in it, as the gallery calls them. */
  names: string[];
  /** The visits that it is in. */
  visits: VisitBody[];
  /** How often a worker disappeared that had it, by the log. */
  stalls: number;
}

/** Why a snapshot may fail for good. */
const rightReasons: Partial<Record<Content['kind'], readonly string[]>> = {
  'cut-short': ['image-corrupt'],
  text: ['image-format-unsupported'],
  'no-bytes': ['image-empty', 'image-corrupt', 'image-format-unsupported', 'file-not-ready'],
  gone: ['file-gone'],
};

/** Three workers that died while they had a job are taken for its fault: the third is not logged as a stall. */
const stallsAllowed = 2;

/** Whether there is nothing more to wait for. */
export const isSettled = ({ sent, record, visits }: Outcome): boolean =>
  !sent.accepted || (record !== null && record.outcome !== null && (record.outcome !== 'faces' || visits.some(isSaid)));

/** Whether all is done that its verdict asks for. */
const isSaid = ({ verdict, post, shownRevision }: VisitBody): boolean =>
  verdict !== 'open' && shownRevision > 0 && (verdict !== 'post' || post?.progress?.state === 'posted');

/** What is wrong with a snapshot: it has to have one outcome, the right one, and to be in one visit if it shows somebody. */
export function judgeSnapshot({ sent, record, visits, stalls }: Outcome): Breach[] {
  const breach = (what: string): Breach[] => [{ subject: sent.snapshotId, what }];
  const doubled = visits.length > 1 ? breach(`in ${String(visits.length)} visits`) : [];
  if (!sent.accepted) return doubled;
  if (!record) return [...doubled, ...breach('lost: acknowledged, and nothing was recorded')];
  const hasFaces = record.outcome === 'faces';
  const said = hasFaces && !visits.some(isSaid) ? ['lost: it shows somebody, and no visit is done that it is in'] : [];
  const stray = !hasFaces && visits.length > 0 ? [`in a visit, and recorded as ${String(record.outcome)}`] : [];
  return [...doubled, ...[...whyWrong(sent, record, stalls), ...said, ...stray].flatMap(breach)];
}

function whyWrong({ shows }: Sent, { state, outcome, error }: SnapshotRecord, stalls: number): string[] {
  const unless = (isAllowed: boolean, what: string): string[] => (isAllowed ? [] : [what]);
  const { code = 'no code', message = '' } = error ?? {};
  switch (outcome) {
    case null:
      return [`lost: acknowledged, and still "${state}"`];
    case 'failed':
    case 'not-an-image':
      return unless(isRight(shows, code, stalls), `failed for a wrong reason, ${code}: ${message}`);
    case 'faces':
      return unless(shows.kind === 'face', 'somebody was seen, and nobody is in it');
    case 'none':
      return unless(shows.kind === 'empty', `nobody was seen, and it shows ${shows.kind}`);
    case 'same-as-before':
      // See judgeSkipped.
      return [];
    case 'too-small':
    case 'blurred':
    case 'too-dark':
    case 'masked':
    case 'skipped':
      return [`ended as ${outcome}`];
    default:
      return outcome satisfies never;
  }
}

const isRight = ({ kind }: Content, code: string, stalls: number): boolean =>
  rightReasons[kind]?.includes(code) === true || (code === 'job-worker-lost' && stalls >= stallsAllowed);

/** Every visit that is to be posted has one post, which names everybody in it; and no other post is there. */
export function judgeVisits(visits: readonly VisitBody[], outcomes: readonly Outcome[], posts: readonly Post[]): Breach[] {
  const strays = posts
    .filter(({ key }) => !visits.some(({ id }) => id === key))
    .map(({ key }) => ({ subject: key, what: 'a post of no visit' }));
  const wrong = visits.flatMap((visit) => {
    const own = posts.filter(({ key }) => key === visit.id);
    const breach = (what: string): Breach => ({ subject: visit.id, what });
    if (visit.verdict !== 'post') return own.length > 0 ? [breach(`posted, although its verdict is ${visit.verdict}`)] : [];
    if (own.length !== 1) return [breach(own.length > 1 ? `posted ${String(own.length)} times` : 'lost: not in the channel')];
    const text = own[0]?.text ?? '';
    const names = new Set(outcomes.filter(({ visits: its }) => its.some(({ id }) => id === visit.id)).flatMap((each) => each.names));
    return [...names]
      .filter((name) => !new RegExp(`${name}\\b`).test(text))
      .map((name) => breach(`the post does not name ${name}: "${text}"`));
  });
  return [...strays, ...wrong];
}

/**
 * What was skipped has to show the same as one that was looked at. Either of the two may have been posted first: what has to wait
 * for its next attempt is overtaken.
 */
export function judgeSkipped(outcomes: readonly Outcome[]): Breach[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.sent.snapshotId, outcome]));
  return outcomes.flatMap(({ sent, record }) => {
    if (record?.state !== 'nothing-new') return [];
    const { sameAs } = record;
    const other = byId.get(sameAs ?? '');
    const breach = (what: string): Breach[] => [
      { subject: sent.snapshotId, what: `taken for the same as ${String(sameAs)}, which ${what}` },
    ];
    if (other?.sent.shows !== sent.shows) return breach('shows something else');
    return other.record?.state === 'nothing-new' ? breach('was skipped itself') : [];
  });
}

/** Every stranger must have one number, and every number one stranger. `persons`: the unknowns in the gallery. */
export function judgePersons(outcomes: readonly Outcome[], persons: readonly string[]): Breach[] {
  const byStranger = new Map<number, Map<string, string>>();
  const byName = new Map<string, Set<number>>();
  for (const { sent, names: found } of outcomes) {
    if (sent.shows.kind !== 'face') continue;
    const { stranger } = sent.shows;
    for (const name of found) {
      const names = byStranger.get(stranger) ?? new Map<string, string>();
      byStranger.set(stranger, names.set(name, sent.snapshotId));
      byName.set(name, (byName.get(name) ?? new Set()).add(stranger));
    }
  }
  const breaches: Breach[] = [];
  for (const [stranger, names] of byStranger)
    if (names.size > 1)
      breaches.push({
        subject: [...names.values()].at(-1) ?? '',
        what: `stranger ${String(stranger)} is ${[...names.keys()].join(' and ')}`,
      });
  for (const [name, shown] of byName)
    if (shown.size > 1) breaches.push({ subject: name, what: `${name} is strangers ${[...shown].join(' and ')}` });
  const shown = new Set(
    outcomes.flatMap(({ sent, record }) => (sent.shows.kind === 'face' && record?.faces?.length ? [sent.shows.stranger] : [])),
  );
  if (persons.length !== shown.size)
    breaches.push({
      subject: 'gallery',
      what: `${String(shown.size)} strangers were seen, and the gallery has ${String(persons.length)}: ${persons.join(', ')}`,
    });
  return breaches;
}
