import { createRuns, type Run } from '@watchpost/schedule/store/runs';
import { shownTime } from '@watchpost/schedule/pick/wall-time';
import { nextTime } from '@watchpost/shared/jobs/times';
import type { Command } from '../../command.ts';
import { toNextTime } from '../../support/next-time.ts';
import { withDatabase } from '../../support/open-database.ts';
import { readArgs } from '../../support/read-args.ts';
import { scheduledTasks } from '../../support/schedule-file.ts';
import { columns } from '../../support/table.ts';

/** `schedule list [--json]`: when each job runs next, and what became of its last run. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } }, 0);
  const tasks = await scheduledTasks(context);
  return withDatabase(context, async ({ documents }) => {
    const runs = createRuns(documents);
    const rows: string[][] = [];
    for (const { name, times } of tasks) {
      const last = await runs.last(name, context.signal);
      if (values.json)
        context.print(JSON.stringify({ name, ...times, next: isoOf(nextTime(times, Date.now())), last: last && described(last) }));
      else rows.push([name, `next ${toNextTime(times)}`, last ? said(last, times.timeZone) : 'has not run yet']);
    }
    for (const line of columns(rows)) context.print(line);
    if (!values.json && rows.length === 0) context.print('the file has no jobs');
    return 0;
  });
};

const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

const described = ({ state, forMs, startedAtMs, endedAtMs, error, found, fresh }: Run) => ({
  state,
  for: isoOf(forMs),
  startedAt: isoOf(startedAtMs),
  endedAt: isoOf(endedAtMs),
  error,
  found,
  new: fresh,
});

function said({ state, forMs, error, found, fresh }: Run, timeZone: string): string {
  const at = shownTime(forMs, timeZone);
  if (state === 'failed') return `failed ${at}: ${error ?? ''}`;
  if (state === 'skipped') return `left out ${at}: it was too late`;
  return state === 'running' ? `runs since ${at}` : `done ${at}: ${String(found)} found, ${String(fresh)} new`;
}
