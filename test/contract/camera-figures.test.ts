import type { RecordedFace } from '@watchpost/gallery/records/snapshot-record';
import { describe, expect, it } from 'vitest';
import type { SnapshotOutcome } from '@watchpost/gallery/records/snapshot-outcome';
import { never, onEachStore } from '../support/each-store.ts';

const hour = 3_600_000;
const fromMs = Date.UTC(2026, 10, 1);
const face: RecordedFace = {
  box: { x: 1, y: 2, width: 30, height: 40 },
  quality: 0.5,
  sizePx: 44,
  decision: 'uncertain',
  personId: null,
  similarity: null,
};

onEachStore('figures of cameras', ({ database }) => {
  let posted = 0;
  const post = async (
    place: { channel?: `slack:${string}`; camera: string | null },
    { atMs, outcome = 'none', faces = [] }: { atMs: number; outcome?: SnapshotOutcome; faces?: RecordedFace[] },
  ): Promise<string> => {
    posted += 1;
    const snapshotId = `figures-${String(posted)}`;
    const { records } = database();
    const record = await records.open(
      {
        v: 1,
        kind: 'snapshot',
        snapshotId,
        channel: place.channel ?? 'slack:C1',
        messageId: '1.0',
        takenAtMs: atMs,
        camera: place.camera,
        file: { id: 'F', name: null, mimeType: null, sizeBytes: null, url: null, thumbnailUrl: null },
      },
      never,
    );
    const state = outcome === 'skipped' ? ('skipped' as const) : ('recognised' as const);
    await records.save({ ...record, state, outcome, outcomeAtMs: atMs + 1_000, width: 640, height: 480, faces }, never);
    return snapshotId;
  };

  describe('cameras', () => {
    it('lists each camera once, also a channel without one, and no more than are wanted', async () => {
      const { cameraFigures } = database();
      expect(await cameraFigures.cameras(10, never)).toEqual([]);
      for (const camera of ['Gate', 'Door', null, 'Gate']) await post({ camera }, { atMs: fromMs });
      await post({ channel: 'slack:C2', camera: 'Gate' }, { atMs: fromMs });
      await post({ channel: 'slack:C3', camera: null }, { atMs: fromMs });
      await post({ channel: 'slack:C4', camera: 'Never looked at' }, { atMs: fromMs, outcome: 'skipped' });
      const found = await cameraFigures.cameras(10, never);
      expect(found.map(({ channel, camera }) => `${channel} ${camera ?? '-'}`).sort()).toEqual([
        'slack:C1 -',
        'slack:C1 Door',
        'slack:C1 Gate',
        'slack:C2 Gate',
        'slack:C3 -',
      ]);
      expect(await cameraFigures.cameras(2, never)).toHaveLength(2);
    });

    it('counts outcomes in stretches of time', async () => {
      await post({ camera: 'Gate' }, { atMs: fromMs });
      await post({ camera: 'Gate' }, { atMs: fromMs + 1 });
      await post({ camera: 'Gate' }, { atMs: fromMs + 2 * hour, outcome: 'faces' });
      await post({ camera: null }, { atMs: fromMs + 3 * hour - 1_001, outcome: 'skipped' });
      await post({ camera: 'Gate' }, { atMs: fromMs + 3 * hour });
      const found = await database().cameraFigures.byTime({ fromMs, toMs: fromMs + 3 * hour, everyMs: hour }, never);
      expect(found.toSorted((a, b) => a.slot - b.slot || a.snapshots - b.snapshots || (a.camera === null ? 1 : -1))).toEqual([
        { channel: 'slack:C1', camera: 'Gate', outcome: 'none', slot: 0, snapshots: 2 },
        { channel: 'slack:C1', camera: 'Gate', outcome: 'faces', slot: 2, snapshots: 1 },
        { channel: 'slack:C1', camera: null, outcome: 'skipped', slot: 2, snapshots: 1 },
      ]);
    });

    it('finds the newest snapshots of each camera that were looked at', async () => {
      await post({ camera: 'Gate' }, { atMs: fromMs });
      const second = await post({ camera: 'Gate' }, { atMs: fromMs + 1 });
      const third = await post({ camera: 'Gate' }, { atMs: fromMs + 2, outcome: 'faces', faces: [face] });
      await post({ camera: 'Gate' }, { atMs: fromMs + 3, outcome: 'skipped' });
      const other = await post({ camera: null }, { atMs: fromMs });
      const { cameraFigures } = database();
      const names = [
        { channel: 'slack:C1', camera: 'Gate' },
        { channel: 'slack:C1', camera: null },
        { channel: 'slack:C1', camera: 'Unheard of' },
      ];
      const found = await cameraFigures.latest(names, 2, never);
      expect(found.filter(({ camera }) => camera === 'Gate').map(({ snapshotId }) => snapshotId)).toEqual([third, second]);
      expect(found.filter(({ camera }) => camera === null)).toEqual([
        { channel: 'slack:C1', camera: null, snapshotId: other, takenAtMs: fromMs, outcome: 'none', outcomeAtMs: fromMs + 1_000 },
      ]);
      expect(await cameraFigures.latest([], 2, never)).toEqual([]);
    });

    it('measures the faces of the newest snapshots that had some', async () => {
      const older = await post({ camera: 'Gate' }, { atMs: fromMs, faces: [face, face] });
      await post({ camera: 'Gate' }, { atMs: fromMs + 1 });
      const newer = await post({ camera: 'Gate' }, { atMs: fromMs + 2, faces: [face] });
      await post({ camera: null }, { atMs: fromMs + 3, faces: [face] });
      const { cameraFigures } = database();
      const found = await cameraFigures.faces({ channel: 'slack:C1', camera: 'Gate' }, 5, never);
      expect(found.map(({ snapshotId, faces }) => [snapshotId, faces.length])).toEqual([
        [newer, 1],
        [older, 2],
      ]);
      expect(found[0]).toMatchObject({ width: 640, height: 480, faces: [{ box: face.box, sizePx: 44 }] });
      expect(await cameraFigures.faces({ channel: 'slack:C1', camera: null }, 5, never)).toHaveLength(1);
    });
  });
});
