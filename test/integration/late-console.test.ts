import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import { showPresence } from '@watchpost/shared/documents/presence';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idleJobs, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const scheduleFile = `timeZone: Europe/Zurich
jobs:
  - { name: rates, cron: "0 7 * * *", fetch: { url: "https://rates.example/a", as: json }, pick: { fields: { value: { at: "$.v", as: number } } }, store: { into: rates } }
`;

describe('what the console asks for and says', () => {
  let server: Service;
  let rig: ConsoleRig;
  let folder: string;
  const idle: JobAdmin['queues'] = async (kinds) => idleJobs.queues(kinds);
  let queues = idle;

  beforeAll(async () => {
    server = await postgres();
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-late-'));
    const file = path.join(folder, 'schedule.yaml');
    await writeFile(file, scheduleFile);
    await fillDatabase({ POSTGRES_URL: server.url }, { people: 12, sightings: 50, records: 0, visits: 0, changes: 0 }, never);
    const schedule = await openSchedule({ file, log: createLogger('test', 'silent'), signal: never, everyMs: 1_000 });
    rig = await startConsole(
      { POSTGRES_URL: server.url },
      { env: { SCHEDULE_FILE: file }, deps: { schedule, jobAdmin: async () => ({ ...idleJobs, queues: async (kinds) => queues(kinds) }) } },
    );
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('changes nobody whose id is cut off, or is a name', async () => {
    const [one, other] = [personIdOf(3), personIdOf(4)];
    const { name } = (await rig.as('viewer', 'GET', `/api/people/${one}`)).json<{ name: string }>();
    for (const wrong of [one.slice(0, 9), encodeURIComponent(name)]) {
      const changes = { name: { to: 'Zoë' }, ignore: {}, forget: {}, merge: { into: other } };
      const answers = await Promise.all(
        Object.entries(changes).map(async ([change, body]) => rig.as('admin', 'POST', `/api/people/${wrong}/${change}`, body)),
      );
      expect(answers.map((each) => [each.statusCode, each.json().error])).toEqual(answers.map(() => [404, 'person-not-found']));
    }
    for (const wrong of [other.slice(0, 9), 'Unknown 5']) {
      expect((await rig.as('editor', 'POST', `/api/people/${one}/merge`, { into: wrong })).statusCode).toBe(404);
      expect((await rig.as('editor', 'POST', `/api/people/${one}/distinguish`, { other: wrong })).statusCode).toBe(404);
      expect((await rig.as('editor', 'POST', '/api/sightings/any/faces/0/assign', { person: wrong })).json().error).toBe(
        'person-not-found',
      );
    }
    expect((await rig.as('viewer', 'GET', `/api/people/${one}`)).json()).toMatchObject({ name, status: 'unknown' });
  });

  it('says what a job on a schedule waits for: to be let go on, a worker, or the queue', async () => {
    const waitsFor = async () => (await rig.as('viewer', 'GET', '/api/schedule')).json().waitsFor;
    expect(await waitsFor()).toBe('worker');
    const stop = new AbortController();
    const { documents } = rig.parts;
    const shown = showPresence({ documents, name: 'worker', look: () => ({ running: [], held: [] }) }, stop.signal);
    await until('a worker is there', async () => (await waitsFor()) === null);
    queues = async (kinds) => (await idle(kinds)).map((queue) => ({ ...queue, paused: queue.kind === 'scheduled' }));
    expect(await waitsFor()).toBe('resume');
    queues = async () => {
      throw new Error('away');
    };
    expect(await waitsFor()).toBe('queue');
    queues = idle;
    stop.abort();
    await shown;
  });

  it('says that somebody else has changed the settings of cameras, in words for people', async () => {
    const save = async (cooldown: string) =>
      rig.as('admin', 'PUT', '/api/cameras/settings', { place: null, set: { cooldown }, revision: 0 });
    expect((await save('7m')).statusCode).toBe(200);
    const late = await save('8m');
    expect([late.statusCode, late.json()]).toEqual([
      409,
      { error: 'document-conflict', message: 'somebody else changed these settings meanwhile: look at them again' },
    ]);
  });
});
