import type { Arranged } from '@watchpost/shared/jobs/job-scheduler';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createArrange } from '@watchpost/worker/scheduled/arrange';
import { expect, it } from 'vitest';
import { scheduleRig, tasksOf } from '../../../support/schedule-rig.ts';

const never = new AbortController().signal;
const up = (name: string) => tasksOf(`jobs: [{ name: ${name}, every: 1m, numbers: own, post: { to: "slack:C1", text: "{at}" } }]`);

function arranging() {
  let nowMs = 1_800_000_000_000;
  let tasks = up('one');
  let answer: Arranged = { added: [], changed: [], removed: [] };
  const raised: string[] = [];
  const arrange = createArrange({
    schedule: { all: () => tasks },
    jobScheduler: { arrange: async () => answer },
    alerts: { raise: ({ topic }) => void raised.push(topic) },
    log: createLogger('test', 'silent'),
    now: () => nowMs,
  });
  const look = async (added: string[], name?: string): Promise<void> => {
    if (name !== undefined) tasks = up(name);
    answer = { added, changed: [], removed: [] };
    await arrange(never);
    nowMs += 30_000;
  };
  return { look, raised };
}

it('admins hear of workers that take out each other’s jobs, once it lasts', async () => {
  const { look, raised } = arranging();
  for (let times = 0; times < 5; times += 1) await look(['one']);
  expect(raised).toEqual([]);
  await look(['one']);
  expect(raised).toEqual(['schedule-differs']);
});

it('a file that changes again and again is nothing to tell', async () => {
  const { look, raised } = arranging();
  for (let times = 0; times < 20; times += 1) await look(['x'], `job-${String(times)}`);
  for (let times = 0; times < 20; times += 1) await look([]);
  expect(raised).toEqual([]);
});

it('a run that comes to a worker without its job is left to another one, and given up at last', async () => {
  const rig = scheduleRig('jobs: []');
  await expect(rig.run('news', undefined, false)).rejects.toMatchObject({ code: 'schedule-busy', retry: 'transient' });
  expect(await rig.run('news')).toBe('idle');
});
