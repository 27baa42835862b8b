import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { epochId, epochKind, readEpoch } from '@watchpost/shared/documents/epoch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotJob } from '../support/factories.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { letTimePass } from '../support/passing-time.ts';
import { privacyRig } from '../support/privacy-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;

describeGallery('a backup with somebody who is being forgotten', (rig) => {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'archive-forgotten-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const box = { x: 0, y: 0, width: 9, height: 9 };
  /** Ada and Bob are seen together, then Ada is forgotten. Resolves to her id, and the receipt's. */
  const forgetAda = async (): Promise<{ ada: string; id: string; faceIds: string[] }> => {
    const crop = new Uint8Array([255, 216, 1]);
    await rig.see(strangerVector(1), 's1', { crop });
    await rig.see(strangerVector(2), 's2', { crop });
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await rig.seeAll([strangerVector(1), strangerVector(2)], { snapshotId: 'both' });
    const { id: ada } = await rig.called('Ada');
    const { records } = rig.opened;
    const record = await records.open(snapshotJob({ snapshotId: 's1' }), never);
    const faces = [{ box, quality: 1, decision: 'match' as const, similarity: 1, personId: ada }];
    await records.save({ ...record, state: 'recognised', faces }, never);
    const faceIds = (await rig.contents()).faces.filter(({ personId }) => personId === ada).map(({ id }) => id);
    const { id } = await rig.apply({ kind: 'forget', person: 'Ada' });
    return { ada, id, faceIds };
  };
  const save = async (): Promise<string> => {
    count += 1;
    const file = path.join(folder, `${String(count)}.gz`);
    await rig.withDatabase((database) => exportArchive(database, file, {}, never));
    return file;
  };
  const load = (file: string) => rig.withDatabase((database) => restoreArchive(database, file, { replace: true }, never));
  const read = async (): Promise<string> => gunzipSync(await readFile(await save())).toString();

  it('does not bring them back: what the file has of them is erased when it was due', async () => {
    const privacy = privacyRig(rig.opened);
    const { ada, id, faceIds } = await forgetAda();
    await privacy.round();
    expect(await privacy.receipt(id)).toMatchObject({ state: 'pending' });
    const file = await save();
    // Meanwhile they are erased here, and then this database is set back to that moment.
    await letTimePass(rig.storage, 12 * minuteMs);
    privacy.shiftMs += 12 * minuteMs;
    await privacy.until(id, 'verified');
    const { epoch } = rig.opened.gallery.position();
    await load(file);
    privacy.shiftMs = 0;
    await until(
      'the restored database is read',
      async () => rig.opened.gallery.position().epoch !== epoch && (await rig.names()).length > 0,
    );
    expect(await rig.names()).toEqual(['Bob']);
    const traces = () => rig.opened.kept.holdings.traces({ personIds: [ada], faceIds }, never);
    expect(await traces()).toMatchObject({ persons: 1, faces: 1, sightings: 2, records: 1 });
    await letTimePass(rig.storage, 12 * minuteMs);
    privacy.shiftMs = 12 * minuteMs;
    const receipt = await privacy.until(id, 'verified');
    expect(receipt.places).toMatchObject({ names: { erased: 1 }, sightings: { erased: 2 }, 'last seen': { erased: 1 } });
    expect(Object.values(await traces()).every((left) => left === 0)).toBe(true);
    const all = await read();
    expect(all).not.toMatch(/Ada/);
    expect(all).toMatch(/Bob/);
  });

  it('is followed by who is forgotten again, and by whatever else was changed before anybody looked', async () => {
    await rig.see(strangerVector(1), 's1');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const { id: ada } = await rig.called('Ada');
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    const { questions, gallery } = rig.opened;
    await questions.changedSince(0, never);
    const { version: before } = gallery.position();
    const forget = { personIds: [ada], by: { id: 'cli:test' }, stillHolds: async () => undefined };
    await rig.withDatabase((database) => restoreArchive(database, file, { replace: true, forget }, never));
    await until('the restored database is read', () => gallery.position().version > before);
    const { document } = await rig.withDatabase(({ documents }) => documents.get(epochKind, epochId, never));
    const since = readEpoch(document)?.sinceVersion ?? 0;
    const { version } = await questions.changedSince(0, never);
    expect(await questions.changedSince(since, never)).toEqual({ version, personIds: [ada] });
  });

  it('lets it be undone as long as it could be', async () => {
    const { id } = await forgetAda();
    const file = await save();
    const { version } = rig.opened.gallery.position();
    await load(file);
    await until('the restored database is read', () => rig.opened.gallery.position().version > version);
    await rig.undo(id);
    expect((await rig.names()).toSorted((a, b) => a.localeCompare(b))).toEqual(['Ada', 'Bob']);
    expect(await rig.see(strangerVector(1), 'again')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
  });

  it('has of those who are erased nothing but an id, as long as something may be written late', async () => {
    const { ada } = await forgetAda();
    await letTimePass(rig.storage, 12 * minuteMs);
    await rig.opened.housekeeping.erase(never);
    const lines = (await read()).split('\n').filter((line) => line.includes(ada));
    const persons = lines.filter((line) => line.startsWith('{"kind":"person"'));
    expect(persons).toEqual([expect.stringContaining('"name":"(erased)"')]);
    expect(lines.filter((line) => line.startsWith('{"kind":"face"'))).toEqual([]);
  });
});
