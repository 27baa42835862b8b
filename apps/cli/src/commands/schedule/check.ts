import { openSchedule } from '@watchpost/schedule/open-schedule';
import { toNextTime } from '../../support/next-time.ts';
import type { Command } from '../../command.ts';
import { silent } from '../../support/open-database.ts';
import { readArgs } from '../../support/read-args.ts';

/** `schedule check FILE`: says what is wrong with a file of jobs before a worker reads it, or what its jobs are. Throws `config-invalid`. */
export const run: Command = async (args, { print, signal }) => {
  const [file = ''] = readArgs(args, {}, 1).positionals;
  const schedule = await openSchedule({ file, log: silent(), signal });
  try {
    const all = schedule.all();
    for (const { name, times, fetch, numbers } of all)
      print(`${name}: ${fetch ? fetch.url : numbers ? 'our own numbers' : 'no source'}, next ${toNextTime(times)}`);
    print(all.length === 1 ? '1 job, no fault' : `${String(all.length)} jobs, no fault`);
  } finally {
    schedule.close();
  }
  return 0;
};
