import type { Faults } from '../faults.ts';
import { chanceOf } from '../../random.ts';

/** How one request to Slack is mistreated. `done`: Slack does the work nevertheless. */
export type Lie =
  /** `afterS`: the Retry-After header; null where there is none. */
  | { kind: 'rate'; afterS: number | null }
  | { kind: 'error'; done: boolean }
  | { kind: 'page' }
  | { kind: 'cut'; done: boolean }
  /** Answers late. The work is done at once, or only then. */
  | { kind: 'late'; lateMs: number; done: 'at once' | 'late' };

export interface LiesOptions {
  seed: number;
  faults: Faults;
  /** The share of requests that are mistreated, and how often one thing may be. */
  share: number;
  times: number;
}

/** Twice the time that the worker waits for an answer of the Web API. Milliseconds. */
const lateMs = 30_000;
const posting = 'chat.postMessage';
/** Of posts, and of calls about files. */
const lateShare = { post: 0.08, other: 0.01 };

/**
 * Chooses what happens to the `count`th request (from 0) about one thing. It depends on the seed and on these alone, not on what came
 * before: the same snapshot meets the same lies in every run.
 */
export function chooseLie({ seed, faults, share, times }: LiesOptions, target: string, thing: string, count: number): Lie | null {
  const chance = (what: string): number => chanceOf(seed, what, target, thing, count);
  if (isLate(faults, target, count, chance)) return { kind: 'late', lateMs, done: chance('late work') < 0.6 ? 'late' : 'at once' };
  if (count >= times || chance('lie') >= share) return null;
  const kinds: Lie[] = [];
  if (faults.has('rate')) kinds.push({ kind: 'rate', afterS: 1 }, { kind: 'rate', afterS: chance('wait') < 0.5 ? 2 : null });
  if (faults.has('errors')) kinds.push({ kind: 'error', done: false }, { kind: 'error', done: target === posting });
  if (faults.has('pages')) kinds.push({ kind: 'page' });
  if (faults.has('cuts')) kinds.push({ kind: 'cut', done: false }, { kind: 'cut', done: true });
  return kinds[Math.floor(chance('kind') * kinds.length)] ?? null;
}

/** Posts and calls about files only, the first of each thing. */
function isLate(faults: Faults, target: string, count: number, chance: (what: string) => number): boolean {
  const share = target === posting ? lateShare.post : target.startsWith('files.') ? lateShare.other : 0;
  return faults.has('late') && count === 0 && chance('late') < share;
}

/** For the journal. */
export function inWords(lie: Lie): string {
  switch (lie.kind) {
    case 'rate':
      return `429 ${lie.afterS === null ? 'without Retry-After' : `Retry-After ${String(lie.afterS)}`}`;
    case 'error':
      return `500${lie.done ? ' after the work' : ''}`;
    case 'page':
      return 'a page with 200';
    case 'cut':
      return `cut ${lie.done ? 'after' : 'before'} the work`;
    case 'late':
      return `answers ${String(lie.lateMs / 1_000)} s late, the work is done ${lie.done}`;
    default:
      return lie satisfies never;
  }
}
