import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Changeset, PersonChange } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { startCommittingProcess } from '../support/committing-process.ts';
import { never, onEachStore } from '../support/each-store.ts';
import { changeset, newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';

const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const start = performance.now();
  return { result: await work(), ms: performance.now() - start };
};
const sleep = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const rename = (id: string, name: string): PersonChange => ({ id, isNew: false, set: { name } });

/** Commits like a process that has to decide again after each conflict; adopts what was edited by hand. */
async function insist({ store }: Database, change: Partial<Changeset>): Promise<void> {
  for (;;) {
    const { persons, faceIds } = await store.edits(never);
    const adopt = { persons: persons.map(({ id, name }) => ({ id, name })), faceIds };
    const result = await store.commit(await store.head(never), changeset({ ...change, adopt }), randomUUID(), never);
    if (typeof result !== 'string') return;
  }
}

onEachStore(
  'neighbours that hold locks',
  ({ storage, database, another, commit, changesSince }) => {
    const operator = async (work: (client: Client, pid: number) => Promise<void>): Promise<void> => {
      const client = new Client({ connectionString: storage().POSTGRES_URL, application_name: 'psql' });
      await client.connect();
      try {
        const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await work(client, rows[0]!.pid);
      } finally {
        await client.end();
      }
    };
    const fourPersons = async () => commit({ persons: ['p1', 'p2', 'p3', 'p4'].map((id) => newPerson(id)), faces: [newFace('f1', 'p1')] });

    it('is not held up by a process that is stopped at any moment', async () => {
      await fourPersons();
      const child = await startCommittingProcess(storage(), 'p1');
      try {
        const slowest: number[] = [];
        for (let round = 0; round < 25; round += 1) {
          await sleep(randomInt(5, 60));
          child.kill('SIGSTOP');
          const { ms } = await timed(async () => {
            await insist(database(), { persons: [rename('p1', `Round ${String(round)}`)] });
            await database().sightings.record(snapshot(), [], never);
            await database().upkeep.lease('parent', 1, never);
            await database().eraser.erase({ deletedMs: 1e9, auditMs: 1e9, mergedMs: 1e9 }, never);
          });
          slowest.push(ms);
          child.kill('SIGCONT');
        }
        expect(Math.max(...slowest)).toBeLessThan(2_000);
        expect((await database().store.head(never)).version).toBeGreaterThan(25);
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }, 90_000);

    it("lets everything but that person go on during an operator's open transaction, and says who is in the way", async () => {
      await fourPersons();
      await operator(async (client, pid) => {
        await client.query("BEGIN; UPDATE watchpost.persons SET name = 'Ada' WHERE id = 'p1'");
        const { ms } = await timed(async () => {
          await insist(database(), { persons: [rename('p2', 'Grace')] });
          await insist(database(), { persons: [newPerson('p5')], faces: [newFace('f5', 'p5'), newFace('f6', 'p1')] });
          await database().sightings.record(snapshot(), [], never);
          await changesSince(0);
        });
        expect(ms).toBeLessThan(1_000);
        const blocked = await timed(async () => insist(database(), { persons: [rename('p1', 'Eve')] }).catch((error: unknown) => error));
        expect(blocked.result).toMatchObject({ code: 'gallery-unavailable', retry: 'transient' });
        expect(String(blocked.result)).toMatch(new RegExp(`process ${String(pid)} \\(psql, user .+\\), in a transaction for \\d+ s`));
        expect(String(blocked.result).split(`process ${String(pid)}`)).toHaveLength(2);
        expect(blocked.ms).toBeLessThan(6_000);
        await client.query('COMMIT');
        expect((await database().store.edits(never)).persons.map(({ name }) => name)).toEqual(['Ada']);
      });
    });

    it('is in no deadlock with edits of several persons in one transaction, in another order', async () => {
      await fourPersons();
      const ids = ['p1', 'p2', 'p3', 'p4'];
      const other = await another();
      const stop = new AbortController();
      const commits = [database(), other].map(async (each, index) => {
        let count = 0;
        for (; !stop.signal.aborted; count += 1)
          await insist(each, {
            persons: ids.toReversed().map((id) => ({ id, isNew: false, set: { ignored: (count + index) % 2 === 0 } })),
          });
        return count;
      });
      await operator(async (client) => {
        for (let round = 0; round < 60; round += 1) {
          await client.query('BEGIN');
          for (const id of round % 2 ? ids : ids.toReversed())
            await client.query('UPDATE watchpost.persons SET name = $2 WHERE id = $1', [id, `Hand ${String(round)} ${id}`]);
          await client.query('COMMIT');
        }
      });
      stop.abort();
      const counts = await Promise.all(commits);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      // The last of them has adopted all that was edited.
      await insist(database(), {});
      const { persons } = await changesSince(0);
      expect(persons.map(({ name }) => name).sort()).toEqual(ids.map((id) => `Hand 59 ${id}`));
    }, 60_000);

    it.each([
      ['UPDATE watchpost.gallery SET next_number = next_number'],
      ['LOCK TABLE watchpost.persons'],
      ['LOCK TABLE watchpost.gallery'],
      ['LOCK TABLE watchpost.sighted_faces IN SHARE MODE'],
    ])(
      'fails soon while an operator has an open %s',
      async (statement) => {
        await fourPersons();
        await operator(async (client) => {
          await client.query(`BEGIN; ${statement}`);
          const base = await database()
            .store.head(never)
            .catch(() => null);
          const { result, ms } = await timed(async () =>
            insist(database(), { persons: [rename('p2', 'Grace')] }).catch((error: unknown) => error),
          );
          expect(result).toMatchObject({ code: 'gallery-unavailable' });
          expect(ms).toBeLessThan(8_000);
          await client.query('ROLLBACK');
          await insist(database(), { persons: [rename('p2', 'Grace')] });
          expect((await database().store.head(never)).version).toBe((base?.version ?? 1) + 1);
        });
      },
      40_000,
    );

    it('works where the default isolation is serializable, and dates are written in another style', async () => {
      await fourPersons();
      const url = new URL(storage().POSTGRES_URL!);
      url.searchParams.set(
        'options',
        '-c default_transaction_isolation=serializable -c datestyle=SQL -c bytea_output=escape -c application_name=strict',
      );
      const strict = { POSTGRES_URL: url.href };
      const open = await Promise.all(
        Array.from({ length: 6 }, async () => openDatabase(strict, { log: createLogger('test', 'silent') }, never)),
      );
      try {
        await Promise.all(
          open.map(async (each, index) => {
            for (let round = 0; round < 8; round += 1) {
              const id = `${String(index)}-${String(round)}`;
              await insist(each, { persons: [newPerson(id), rename('p1', id)], faces: [newFace(`f-${id}`, id)] });
              // Each of them is the newest, so each updates the same row.
              const seen = [1, 2, 3].map((at) => snapshot({ takenAtMs: 10 * round + at, faces: [sightedFace()] }));
              await Promise.all(seen.map(async (picture) => each.sightings.record(picture, [], never)));
              await each.upkeep.lease(id, 1, never);
              await each.eraser.erase({ deletedMs: 1e9, auditMs: 1e9, mergedMs: 1e9 }, never);
            }
          }),
        );
        const seen = await open[0]!.sightings.lastSeen(null, never);
        expect([...seen.values()].map(({ atMs }) => atMs)).toEqual([73]);
      } finally {
        await Promise.all(open.map(async (each) => each.close()));
      }
      const { head, persons } = await changesSince(0);
      expect([head.version, persons.length]).toEqual([49, 52]);
    }, 60_000);
  },
  { only: 'PostgreSQL' },
);
