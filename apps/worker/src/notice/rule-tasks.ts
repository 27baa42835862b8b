import type { Task } from '../schedule.ts';
import { postMoreLines, type MoreLinesDeps } from './more-lines.ts';
import { postWeeklySummary, type WeeklySummaryDeps } from './weekly-summary.ts';

/** What one of all workers does again and again about rules. */
export function ruleTasks(deps: MoreLinesDeps & WeeklySummaryDeps): Task[] {
  return [
    { name: 'rules-week', everyMs: 60_000, run: (signal) => postWeeklySummary(deps, signal) },
    { name: 'rules-more', everyMs: 10_000, run: (signal) => postMoreLines(deps, signal) },
  ];
}
