import { personStatus } from '@watchpost/gallery/domain';
import { openAlerts } from '@watchpost/shared/alerts/open-alerts';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import { within } from '@watchpost/shared/wait';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { countsAnswer } from '../session/schema.ts';
import { openViolations } from './open-violations.ts';

/** A count that takes longer is left out this time. Milliseconds. */
const patienceMs = 3_000;
/** Of failed jobs no more are counted. */
const mostFailed = 1_000;

/** What waits for somebody. */
export function registerCounts(app: ConsoleApp, { database, jobAdmin }: ConsoleDeps): void {
  const summary =
    'What waits for somebody: unknown people, failed jobs, violations to be decided, open alerts; null where it is not known now';
  app.get('/api/counts', { schema: { summary, tags: ['session'], response: { 200: countsAnswer } } }, async ({ ending }) => {
    const signal = within(ending, patienceMs);
    const orNull = async (count: () => Promise<number> | number): Promise<number | null> => {
      try {
        return await count();
      } catch {
        return null;
      }
    };
    const [unknowns, failedJobs, violations, alerts] = await Promise.all([
      orNull(
        () =>
          database
            .parts()
            .mirror.persons()
            .filter((person) => personStatus(person) === 'unknown').length,
      ),
      orNull(async () => (await (await jobAdmin(signal)).list({ kinds: jobKinds, state: 'failed', limit: mostFailed })).length),
      orNull(async () => openViolations(database.parts().documents, signal)),
      orNull(async () => {
        const { alerts } = await openAlerts(database.parts().documents, signal);
        return alerts.filter(({ clearedAtMs }) => clearedAtMs === null).length;
      }),
    ]);
    return { unknowns, failedJobs, violations, alerts };
  });
}
