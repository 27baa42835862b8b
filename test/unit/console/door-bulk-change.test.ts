import { bulkChange } from '@watchpost/console/api/queue/bulk-change';
import type { ConsoleDeps } from '@watchpost/console/deps';
import { createLive } from '@watchpost/console/live/hub';
import { AppError } from '@watchpost/shared/errors';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describe, expect, it } from 'vitest';
import { idleJobs } from '../../support/console-rig.ts';
import { until } from '../../support/until.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const all = { all: true } as const;
type Request = Parameters<ReturnType<typeof bulkChange>>[2];
const by = (ending: AbortSignal): Request => ({ user: { id: 'console:ada', name: 'ada', role: 'admin' }, ending }) as Request;

function rigWith(admin: Partial<JobAdmin>, documents = createMemoryDocuments()) {
  const deps = {
    database: { parts: () => ({ documents }) },
    jobAdmin: async () => ({ ...idleJobs, ...admin }),
    live: createLive(),
    log: createLogger('test', 'silent'),
    stopping: never,
  } as unknown as ConsoleDeps;
  return { deps, changes: async () => createQueueAudit(documents).list(9, never) };
}

describe('retrying or dropping many jobs', () => {
  it('is on record before the first job is touched, also where nothing comes after that', async () => {
    const { deps, changes } = rigWith({
      drop: async ({ onDone }) => {
        expect(await changes()).toMatchObject([{ actor: 'console:ada', what: 'dropped', jobs: 0, isOpen: true }]);
        onDone?.();
        throw new AppError('queue-unavailable', 'ended in the middle');
      },
    });
    await expect(bulkChange(deps)('dropped', all, by(never))).rejects.toThrow('ended in the middle');
    // What was done until then, though nobody was told of it.
    expect(await changes()).toMatchObject([{ what: 'dropped', jobs: 1, isOpen: false, isCutOff: true }]);
  });

  it('touches nothing that cannot be on record', async () => {
    const documents = createMemoryDocuments();
    let touched = 0;
    const { deps } = rigWith(
      {
        drop: async () => {
          touched += 1;
          return [];
        },
      },
      { ...documents, put: async () => Promise.reject(new AppError('gallery-unavailable', 'away')) },
    );
    await expect(bulkChange(deps)('dropped', all, by(never))).rejects.toThrow('away');
    expect(touched).toBe(0);
  });

  it('stops when its time is over, and says how far it came, though the request has ended long ago', async () => {
    const ending = new AbortController();
    const { deps, changes } = rigWith({
      retry: async (_what, over) => {
        ending.abort();
        const done: { id: string; outcome: 'done' }[] = [];
        await until('its time is over', () => {
          done.push({ id: String(done.length), outcome: 'done' });
          return over?.aborted;
        });
        return done;
      },
    });
    const answer = await bulkChange(deps, 40)('retried', all, by(ending.signal));
    expect(answer).toMatchObject({ isCut: true, done: expect.any(Number) });
    expect(answer.done).toBeGreaterThan(0);
    expect(await changes()).toMatchObject([{ what: 'retried', jobs: answer.done, isOpen: false }]);
  });
});
