import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { Sent } from './cameras.ts';
import type { Content } from './plan.ts';
import type { Post } from './slack/workspace.ts';

/** What is wrong with one snapshot, one person, or the whole. `subject`: its id in the journal. */
export interface Breach {
  subject: string;
  what: string;
}

/** One snapshot at the end. */
export interface Outcome {
  sent: Sent;
  record: SnapshotRecord | null;
  posts: Post[];
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

const unfinished = new Set<SnapshotRecord['state']>(['received', 'recognised']);

/** Whether there is nothing more to wait for. */
export const isSettled = ({ sent, record }: Outcome): boolean => !sent.accepted || (record !== null && !unfinished.has(record.state));

/** What is wrong with a snapshot: it has to have one outcome, the right one, and at most one post. */
export function judgeSnapshot({ sent, record, posts, stalls }: Outcome): Breach[] {
  const breach = (what: string): Breach[] => [{ subject: sent.snapshotId, what }];
  const doubled = posts.length > 1 ? breach(`posted ${String(posts.length)} times`) : [];
  if (!sent.accepted) return doubled;
  if (!record) return [...doubled, ...breach('lost: acknowledged, and nothing was recorded')];
  const said = record.state === 'posted' ? whatIsSaid(posts) : posts.length > 0 ? [`posted, and recorded as ${record.state}`] : [];
  return [...doubled, ...[...whyWrong(sent, record, stalls), ...said].flatMap(breach)];
}

function whyWrong({ shows }: Sent, { state, error }: SnapshotRecord, stalls: number): string[] {
  const unless = (isAllowed: boolean, what: string): string[] => (isAllowed ? [] : [what]);
  const { code = 'no code', message = '' } = error ?? {};
  const isEmpty = shows.kind === 'empty';
  switch (state) {
    case 'received':
    case 'recognised':
      return [`lost: acknowledged, and still "${state}"`];
    case 'failed':
      return unless(isRight(shows, code, stalls), `failed for a wrong reason, ${code}: ${message}`);
    case 'posted':
      return unless(shows.kind === 'face', 'posted, and nobody is in it');
    case 'nothing-to-post':
      return unless(isEmpty, `nothing was posted, and it shows ${shows.kind}`);
    case 'nothing-new':
      // See judgeSkipped.
      return [];
    case 'skipped':
      return ['skipped, as if it were too old'];
    default:
      return state satisfies never;
  }
}

const isRight = ({ kind }: Content, code: string, stalls: number): boolean =>
  rightReasons[kind]?.includes(code) === true || (code === 'job-worker-lost' && stalls >= stallsAllowed);

function whatIsSaid(posts: Post[]): string[] {
  if (posts.length === 0) return ['recorded as posted, and not in the channel'];
  return posts.flatMap(({ text }) => (numberIn(text) === null ? [`the post names nobody: "${text}"`] : []));
}

const numberIn = (text: string): string | null => /Unknown \d+/.exec(text)?.[0] ?? null;

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
  for (const { sent, posts } of outcomes) {
    if (sent.shows.kind !== 'face') continue;
    const { stranger } = sent.shows;
    for (const { text } of posts) {
      const name = numberIn(text);
      if (name === null) continue;
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
