import { AppError } from '@watchpost/shared/errors';
import type { JobChoice } from '@watchpost/shared/jobs/job-admin';
import { jobKinds, type JobKind } from '@watchpost/shared/jobs/job-kinds';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import { within } from '@watchpost/shared/wait';
import type { z } from 'zod';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import type { ChangedAnswer, choice } from './schema.ts';

/** What comes after so long is for the next request: pages wait no longer for an answer. Milliseconds. */
const portionMs = 10_000;
/** For the record of what was done, also while the console stops. Milliseconds. */
const recordMs = 5_000;
const mostRefused = 200;
/** More ids of one change are not kept. */
const mostNamed = 20;

type Asked = z.output<typeof choice>;
type Change = (what: 'retried' | 'dropped', asked: Asked, request: Parameters<typeof actorIdOf>[0]) => Promise<ChangedAnswer>;

/**
 * Retries or drops jobs, at most as many as `portion` milliseconds suffice for. It is on record before the first job is touched, and how many
 * it came to afterwards: nobody's leaving and no slow queue can hide that.
 */
export function bulkChange({ database, jobAdmin, live, log, stopping }: ConsoleDeps, portion = portionMs): Change {
  return async (what, asked, request) => {
    const actor = actorIdOf(request);
    const admin = await jobAdmin(request.ending);
    const which = chosen(asked);
    const audit = createQueueAudit(database.parts().documents);
    const about = 'ids' in asked ? { ids: asked.ids.slice(0, mostNamed) } : { kind: asked.kind, code: asked.code };
    const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
    const entry = await audit.record({ actor, what, ...given, jobs: 0, isOpen: true }, request.ending);
    const until = within(stopping, portion);
    let done = 0;
    const onDone = (): void => {
      done += 1;
    };
    const close = async (isCutOff: boolean): Promise<void> => {
      log.info({ actor, what, jobs: done, isCutOff }, 'jobs were changed by hand');
      await audit
        .close(entry, { jobs: done, isCutOff }, within(new AbortController().signal, recordMs))
        .catch((err: unknown) => log.warn({ err, entry, jobs: done }, 'how many jobs were changed could not be put on record'));
      for (const topic of ['queue', 'log'] as const) live.announce({ topic });
    };
    const changed = await (what === 'retried' ? admin.retry({ ...which, onDone }, until) : admin.drop({ ...which, onDone }, until)).catch(
      async (error: unknown) => {
        await close(true);
        throw error;
      },
    );
    done = changed.filter(({ outcome }) => outcome === 'done').length;
    await close(false);
    const refused = changed.filter(({ outcome }) => outcome !== 'done').slice(0, mostRefused);
    return { done, refused, isCut: until.aborted };
  };
}

/** One kind, or all. Throws `usage-invalid`. */
export function kindsOf(name: string | undefined): readonly JobKind[] {
  if (name === undefined) return jobKinds;
  const kind = jobKinds.find((each) => each === name);
  if (!kind) throw new AppError('usage-invalid', `there are no ${name} jobs; there are ${jobKinds.join(', ')}`);
  return [kind];
}

function chosen(asked: Asked): JobChoice {
  if ('ids' in asked) return { kinds: jobKinds, ids: asked.ids };
  return { kinds: kindsOf(asked.kind), ids: null, ...(asked.code !== undefined && { code: asked.code }) };
}
