import { toTable } from '../../report/table.ts';
import type { Breach } from './judge.ts';
import type { Finished, RunOptions } from './run.ts';

/** The figures of a run, in the order of the ledger. */
export function ledgerOf(
  { outcomes, visits, posts, persons, breaches, journal, log, elapsedMs }: Finished,
  { faults, short }: RunOptions,
): Record<string, string | number> {
  const counted = (...names: string[]): number => names.reduce((total, name) => total + journal.counted(name), 0);
  const accepted = outcomes.filter(({ sent }) => sent.accepted);
  const ended = (outcome: string): number => accepted.filter(({ record }) => record?.outcome === outcome).length;
  const keys = posts.map(({ key }) => key);
  const stores = ['Redis', 'MongoDB', 'PostgreSQL', 'the primary', 'the primary’s cable', 'machine 1’s cable', 'machine 2’s cable'];
  const ofStores = (kind: string): string =>
    stores.flatMap((name) => (counted(`${kind} ${name}`) > 0 ? [`${name} ${String(counted(`${kind} ${name}`))}`] : [])).join(', ') || '0';
  const disks = ofStores('disk');
  return {
    snapshots: outcomes.length,
    accepted: accepted.length,
    'duplicate deliveries': counted('duplicates'),
    'deliveries in all': counted('deliveries'),
    'refused with 503': counted('refused 503'),
    'refused otherwise': counted('refused otherwise'),
    'not answered': counted('unanswered'),
    'with faces': ended('faces'),
    'without faces': ended('none'),
    'same as before': ended('same-as-before'),
    failed: ended('failed') + ended('not-an-image'),
    visits: visits.length,
    posts: posts.length,
    'double posts': keys.length - new Set(keys).size,
    lost: breaches.filter(({ what }) => what.startsWith('lost')).length,
    'strangers shown': new Set(outcomes.flatMap(({ sent: { shows } }) => (shows.kind === 'face' ? [shows.stranger] : []))).size,
    persons: persons.length,
    'kills of workers': counted('kills of workers'),
    'kills of ingest': counted('kills of ingest'),
    'kills of the launcher': counted('kills of the launcher'),
    'jobs found stalled': log.match(/"job stalled/g)?.length ?? 0,
    'ended by themselves': counted('ended by themselves'),
    'restarts of stores': ofStores('restart'),
    'freezes of stores': ofStores('freeze'),
    'full disks':
      disks === '0' && faults.has('disk') ? (short ? 'not in the short form' : 'NOT POSSIBLE HERE: no file system can be mounted') : disks,
    'lies of Slack': counted('lies'),
    'calls with a refused token': counted('refused tokens'),
    'posts refused: not in the channel': counted('refused posts'),
    'workers that said what to repair': counted('workers that said what to repair'),
    'attempts used up by it': breaches.filter(({ what }) => what.startsWith('used up an attempt')).length,
    downloads: counted('download'),
    uploads: counted('files.getUploadURLExternal'),
    'requests to post': counted('chat.postMessage'),
    edits: counted('chat.update'),
    'attempts that failed': log.match(/"attempt":\d+[^\n]*"err":/g)?.length ?? 0,
    seconds: Math.round(elapsedMs / 1_000),
    breaches: breaches.length,
  };
}

/** As a table. */
export const ledgerLines = (ledger: Record<string, string | number>): string[] =>
  toTable(Object.entries(ledger)).map((line) => `  ${line}`);

const maxShown = 12;
const maxLogLines = 25;

/** Each breach with all that is known about it, for a developer. */
export function explain({ breaches, journal, log }: Finished): string[] {
  const lines = log.split('\n');
  const history = ({ subject, what }: Breach): string[] => [
    `${subject}: ${what}`,
    ...journal.of(subject).map((line) => `    ${line}`),
    ...lines
      .filter((line) => line.includes(subject))
      .slice(-maxLogLines)
      .map((line) => `      ${line.slice(0, 400)}`),
  ];
  const shown = breaches.slice(0, maxShown).flatMap(history);
  const rest = breaches.slice(maxShown).map(({ subject, what }) => `${subject}: ${what}`);
  const world = ['Slack', 'Redis', 'MongoDB', 'PostgreSQL', 'launcher'].flatMap((name) =>
    journal.of(name).map((line) => `    ${line}  ${name}`),
  );
  return [...shown, ...rest, ...(breaches.length > 0 ? ['what was done:', ...world.sort()] : [])];
}
