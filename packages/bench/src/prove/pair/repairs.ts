import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { Member } from './crew.ts';
import type { Journal } from './journal.ts';
import type { Breach } from './judge.ts';
import type { LyingSlack } from './slack/server.ts';

/** What a person has to repair: the token is not accepted; the bot is not in the results channel. */
export type Repairable = 'token' | 'membership';

/** A time in which there was something to repair. Milliseconds since 1970, as in logs. */
export interface Repair {
  what: Repairable;
  brokenAtMs: number;
  repairedAtMs: number;
}

/** What the pair has to say about it in its readiness. */
const advice = { token: /SLACK_API_TOKEN/, membership: /\/invite/ };
/** How long after everything else it may stay unnoticed. Milliseconds. */
const noticedWithinMs = 60_000;
const askEveryMs = 250;
/** A job that failed just before the repair may be judged just after it, by a Slack that finds nothing wrong. Milliseconds. */
const judgedWithinMs = 15_000;

const never = new AbortController().signal;

/**
 * Breaks it for a while, and until every worker has said in its readiness what to repair: nobody repairs what nobody has noticed.
 * Resolves to the repair, and to a breach for each worker that never said so.
 */
export async function breakUntilRepaired(
  what: Repairable,
  forMs: number,
  { slack, workers, journal }: { slack: LyingSlack; workers: readonly Member[]; journal: Journal },
): Promise<{ repair: Repair; breaches: Breach[] }> {
  const brokenAtMs = Date.now();
  const silent = new Set(workers);
  journal.note('Slack', `${what} broken for ${String(forMs / 1_000)} s`);
  slack.setBroken(what, true);
  for (;;) {
    const forSoLongMs = Date.now() - brokenAtMs;
    if (forSoLongMs > forMs + noticedWithinMs || (forSoLongMs > forMs && silent.size === 0)) break;
    await Promise.all(
      [...silent].map(async (worker) => {
        if (!advice[what].test(await reasonsOf(worker.url))) return;
        silent.delete(worker);
        journal.note('Slack', `${worker.name} says that the ${what} has to be repaired`);
        journal.count('workers that said what to repair');
      }),
    );
    await pause(askEveryMs, never);
  }
  journal.note('Slack', `${what} repaired`);
  slack.setBroken(what, false);
  const breaches = [...silent].map(({ name }) => ({
    subject: 'Slack',
    what: `the readiness of ${name} never said what to repair (${what})`,
  }));
  return { repair: { what, brokenAtMs, repairedAtMs: Date.now() }, breaches };
}

const readinessSchema = z.object({ reasons: z.record(z.string(), z.string()).default({}) });

/** What a process says about why it is not ready; nothing if it does not answer. */
async function reasonsOf(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return Object.values(readinessSchema.parse(await response.json()).reasons).join('; ');
  } catch {
    return '';
  }
}

const failureSchema = z.object({ time: z.number(), jobId: z.string(), err: z.object({ code: z.string() }), msg: z.string() });

/** Each attempt of a job that was used up by what a person had to repair, by the log: nothing is wrong with the job. */
export function judgeAttempts(log: string, repairs: readonly Repair[]): Breach[] {
  return log.split('\n').flatMap((line) => {
    const failure = parseFailure(line);
    if (!failure || !isRepairable(failure, repairs)) return [];
    const { jobId, err, msg } = failure;
    return [{ subject: jobId, what: `used up an attempt although a person had something to repair: ${msg}, ${err.code}` }];
  });
}

function isRepairable({ time, err: { code } }: z.output<typeof failureSchema>, repairs: readonly Repair[]): boolean {
  const isDuring = ({ brokenAtMs, repairedAtMs }: Repair): boolean => time >= brokenAtMs && time <= repairedAtMs;
  const isJustAfter = ({ repairedAtMs }: Repair): boolean => time > repairedAtMs && time <= repairedAtMs + judgedWithinMs;
  // Without a token a download brings a page, which may also be about this one file.
  if (code === 'file-forbidden') return repairs.some((repair) => repair.what === 'token' && isDuring(repair));
  return (code === 'chat-not-authorised' || code === 'channel-not-available') && !repairs.some(isJustAfter);
}

function parseFailure(line: string): z.output<typeof failureSchema> | undefined {
  if (!line.includes('"job failed')) return undefined;
  try {
    return failureSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
