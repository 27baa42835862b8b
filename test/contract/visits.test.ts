import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { createTurns, turnMs } from '@watchpost/visits/turns';
import { createVisits } from '@watchpost/visits/visits';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { joining, startMs } from '../support/visit-samples.ts';

const settings = { visitWindowMs: 90_000, visitLongestMs: 600_000 };

onEachStore('visits, turns and subscriptions', ({ database, another }) => {
  it('a burst of one camera is one visit, whichever of three workers takes each snapshot', async () => {
    const workers = [database(), await another(), await another()].map(({ documents }) => createVisits(documents));
    const burst = Array.from({ length: 30 }, (_, index) => joining(index * 2));
    // Each is delivered twice, the second time to another worker.
    const joined = await Promise.all(
      [...burst, ...burst].map((snapshot, index) => workers[(index * 7) % 3]!.join(snapshot, settings, never)),
    );
    expect(new Set(joined.map(({ id }) => id)).size).toBe(1);
    const [visit, ...others] = await workers[1]!.during({ fromMs: 0, beforeMs: startMs + 1_000_000 }, never);
    expect(others).toEqual([]);
    expect(visit?.snapshots.map(({ snapshotId }) => snapshotId)).toEqual(burst.map(({ snapshotId }) => snapshotId));
    expect(visit?.revision).toBe(30);
  });

  it('visits of several cameras are found by all that is asked for', async () => {
    const visits = createVisits(database().documents);
    const cameras = ['Front door', 'Yard', null];
    const joined = await Promise.all(
      [0, 200, 400].flatMap((second) => cameras.map((camera) => visits.join(joining(second, { camera }), settings, never))),
    );
    const [first] = joined;
    await visits.save({ ...first!, persons: ['p1'], asked: ['p2'], verdict: 'post' }, never);
    const ids = (found: { id: string }[]): string[] => found.map(({ id }) => id);
    expect(ids(await visits.withPersons(['p2'], 0, never))).toEqual([first!.id]);
    expect(ids(await visits.recent({ channel: 'slack:C1', camera: 'Yard', limit: 2 }, never))).toEqual([joined[7]!.id, joined[4]!.id]);
    expect(await visits.recent({ limit: 100 }, never)).toHaveLength(9);
    const range = { sinceMs: startMs, beforeMs: startMs + 1 };
    expect(ids(await visits.lastPosted({ channel: 'slack:C1', camera: 'Front door' }, range, never))).toEqual([first!.id]);
    expect((await visits.ofSnapshot(joining(200, { camera: null }), never))?.id).toBe(joined[5]!.id);
  });

  it('turns of two processes come a second apart', async () => {
    const processes = [createTurns(database().documents), createTurns((await another()).documents)];
    const came: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        await processes[index % 2]!.take('slack:C1', never);
        came.push(performance.now());
      }),
    );
    const apart = came.slice(1).map((moment, index) => moment - came[index]!);
    expect(Math.min(...apart)).toBeGreaterThan(turnMs - 250);
    expect(came[3]! - came[0]!).toBeGreaterThan(3 * turnMs - 250);
    await processes[0]!.hold('slack:C1', 60_000, never);
    await expect(processes[1]!.take('slack:C1', never)).rejects.toMatchObject({ code: 'chat-rate-limited' });
    await processes[1]!.take('slack:C2', never);
  });

  it('subscriptions of a member survive two writers', async () => {
    const [one, other] = [createSubscriptions(database().documents), createSubscriptions((await another()).documents)];
    const bob = { platform: 'slack', member: 'UBOB' };
    const wish = (camera: string) => ({ who: { kind: 'anybody' as const }, camera, hours: null });
    await Promise.all([one.add(bob, wish('A'), never), other.add(bob, wish('B'), never), one.add(bob, wish('C'), never)]);
    expect((await other.list(bob, never)).map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});
