import { openInBackground } from '@watchpost/ingest/database';
import { lookUpKnown } from '@watchpost/ingest/known';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it, onTestFinished } from 'vitest';
import { snapshotJob } from '../support/factories.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { namePerson } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;

describeGallery('what ingest knows of the gallery', (rig) => {
  const known = (storage: StorageConfig = rig.storage) => {
    const stopping = new AbortController();
    const database = openInBackground(storage, log, stopping.signal);
    onTestFinished(async () => {
      stopping.abort();
      await database.done;
    });
    return lookUpKnown(database);
  };

  it('is the names, also those that are given later', async () => {
    await rig.see(strangerVector(1), 's1');
    await namePerson(rig.opened, 'Unknown 1', 'Ada Lovelace', reader);
    const ingest = known();
    expect(ingest.findPeople('ada', 10)).toEqual([]);
    await until('it has read them', () => ingest.findPeople('love', 10).length === 1);
    await rig.see(strangerVector(2), 's2');
    await namePerson(rig.opened, 'Unknown 2', 'Grace', reader);
    await until('it hears of the new one', () => ingest.findPeople('gra', 10).length === 1);
    expect(ingest.findPeople('gra', 10)).toMatchObject([{ name: 'Grace', id: (await rig.called('Grace')).id }]);
  });

  it('is when the newest snapshot of a channel was posted', async () => {
    const ingest = known();
    expect(await ingest.newest('slack:C1', 5_000, never)).toBeNull();
    await rig.withDatabase(async ({ records }) => {
      for (const [id, channel, takenAtMs] of [
        ['a', 'slack:C1', 1_000],
        ['b', 'slack:C1', 3_000],
        ['c', 'slack:C1', 9_000],
        ['d', 'slack:C2', 4_000],
      ] as const)
        await records.open(snapshotJob({ snapshotId: id, channel, takenAtMs }), never);
    });
    expect(await ingest.newest('slack:C1', 5_000, never)).toBe(3_000);
    expect(await ingest.newest('slack:C3', 5_000, never)).toBeNull();
  });
});
