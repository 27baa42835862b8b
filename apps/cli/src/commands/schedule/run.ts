import { AppError } from '@watchpost/shared/errors';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import type { Command } from '../../command.ts';
import { silent } from '../../support/open-database.ts';
import { readArgs } from '../../support/read-args.ts';
import { scheduledTasks } from '../../support/schedule-file.ts';

const sendTimeoutMs = 5_000;

/** `schedule run NAME`: queues a run of a job, beside those that are due. Throws `usage-invalid` for a name that the file does not have. */
export const run: Command = async (args, context) => {
  const [name = ''] = readArgs(args, {}, 1).positionals;
  const tasks = await scheduledTasks(context);
  if (!tasks.some((each) => each.name === name)) {
    const known = tasks.map((each) => each.name).join(', ');
    throw new AppError('usage-invalid', `there is no job ${name}; there are: ${known === '' ? 'none' : known}`);
  }
  const sender = createJobSender(parseEnv(context.env, storageEnv, queueFaults), { log: silent() });
  try {
    await sender.send({ v: 1, kind: 'scheduled', name, askedAtMs: Date.now() }, { timeoutMs: sendTimeoutMs });
  } finally {
    await sender.close();
  }
  context.print(`${name} is queued: a worker runs it now; watchpost schedule list says what became of it`);
  return 0;
};
