import { describe, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { sightedFace, snapshot } from '../support/gallery-samples.ts';

const fromMs = Date.UTC(2026, 10, 1);

onEachStore('the history of decisions', ({ database }) => {
  const record = async (snapshotId: string, takenAtMs: number, over: { channel?: string; camera?: string | null } = {}): Promise<void> => {
    const faces = [sightedFace({ similarity: 0.5, saidBy: 'cli:ada' }), sightedFace({ decision: 'uncertain' })];
    await database().sightings.record(snapshot({ snapshotId, takenAtMs, faces, ...over }), [], never);
  };
  const ids = (found: { snapshotId: string }[]): string[] => found.map(({ snapshotId }) => snapshotId);

  describe('newest', () => {
    it('reads snapshots page by page, the newest first, also those of one moment', async () => {
      for (const [id, ms] of [
        ['a', 0],
        ['b', 5],
        ['c', 5],
        ['d', 5],
        ['e', 9],
      ] as const)
        await record(id, fromMs + ms);
      const { history } = database();
      const first = await history.newest({}, 2, never);
      const second = await history.newest({}, 2, never, first.at(-1));
      const third = await history.newest({}, 2, never, second.at(-1));
      expect([ids(first), ids(second), ids(third)]).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
      expect(await history.newest({}, 2, never, third.at(-1))).toEqual([]);
    });

    it('keeps to a channel, a camera, and a time', async () => {
      await record('gate', fromMs, { camera: 'Gate' });
      await record('later', fromMs + 10, { camera: 'Gate' });
      await record('none', fromMs + 20, { camera: null });
      await record('other', fromMs + 30, { channel: 'slack:C2', camera: 'Gate' });
      const { channel } = snapshot();
      const { history } = database();
      expect(ids(await history.newest({ channel, camera: 'Gate' }, 9, never))).toEqual(['later', 'gate']);
      expect(ids(await history.newest({ channel, camera: null }, 9, never))).toEqual(['none']);
      expect(ids(await history.newest({ channel }, 9, never))).toEqual(['none', 'later', 'gate']);
      expect(ids(await history.newest({ fromMs: fromMs + 10 }, 9, never))).toEqual(['other', 'none', 'later']);
      const [later] = await history.newest({ channel, camera: 'Gate', fromMs }, 1, never);
      expect(ids(await history.newest({ channel, camera: 'Gate', fromMs }, 9, never, later))).toEqual(['gate']);
    });

    it('tells what was decided about each face, in order, without vectors', async () => {
      await record('a', fromMs);
      const [found] = await database().history.newest({}, 1, never);
      const { embedding: _, modelId: __, ...expected } = sightedFace({ similarity: 0.5, saidBy: 'cli:ada' });
      expect(found?.faces[0]).toEqual(expected);
      expect(found?.faces.map(({ decision }) => decision)).toEqual([sightedFace().decision, 'uncertain']);
    });
  });
});
