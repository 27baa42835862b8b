import type { CommandEntry } from './command.ts';

/** The commands about jobs on a schedule. */
export const scheduleCommands: Record<string, CommandEntry> = {
  'schedule check': {
    usage: 'FILE',
    does: 'say what is wrong with a file of jobs on a schedule, or what its jobs are',
    needs: 'nothing',
    load: () => import('./commands/schedule/check.ts'),
  },
  'schedule list': {
    usage: '[--json]',
    does: 'list the jobs with when they run next, and what became of their last run',
    needs: 'gallery',
    load: () => import('./commands/schedule/list.ts'),
  },
  'schedule run': {
    usage: 'NAME',
    does: 'have a worker run a job now',
    needs: 'queue',
    load: () => import('./commands/schedule/run.ts'),
  },
};
