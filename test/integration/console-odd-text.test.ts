import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';

describeWith(['postgres'], 'what no text has is refused by the console', () => {
  let server: Service;
  let rig: ConsoleRig;

  beforeAll(async () => {
    server = await postgres();
    const storage = { POSTGRES_URL: server.url };
    await fillDatabase(storage, { people: 2, sightings: 2, records: 0, visits: 0, changes: 0 }, never);
    rig = await startConsole(storage);
  });
  afterAll(async () => {
    await rig?.close();
    await server?.stop();
  });

  it('in the ids of jobs, as a mistake of whoever asks and not of the queue', async () => {
    expect((await rig.as('viewer', 'GET', '/api/queue/jobs/a%00b')).statusCode).toBe(400);
    expect((await rig.as('viewer', 'GET', '/api/queue/jobs?cursor=1~a%00b')).statusCode).toBe(400);
    expect((await rig.as('editor', 'POST', '/api/queue/retry', { ids: ['a\u0000b'] })).statusCode).toBe(400);
    expect((await rig.as('viewer', 'GET', '/api/queue/jobs/a%20é~b')).statusCode).toBe(404);
  });

  it.each(['a\u0000b', 'a\ud800b', 'a\u001bb'])('in a note: %j', async (note) => {
    const url = `/api/people/${personIdOf(1)}/consent`;
    const answer = await rig.as('admin', 'PUT', url, { state: 'given', note });
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { error: 'request-malformed' }]);
    expect((await rig.as('admin', 'PUT', url, { state: 'given', note: 'on paper\n\tin the drawer 🗄' })).statusCode).toBe(200);
  });

  it.each(['a\u0000b', 'a\ud800b'])('in what an entry says instead: %j', async (text) => {
    const answer = await rig.as('admin', 'POST', '/api/feeds/news/entries/1.1/decision', { what: 'overrode', text });
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { error: 'request-malformed' }]);
  });
});
