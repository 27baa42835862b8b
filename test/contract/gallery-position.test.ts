import { expect, it } from 'vitest';
import { createRecognise } from '@watchpost/gallery/recognise/recognise';
import { openParts } from '@watchpost/gallery/open-gallery';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { AppError } from '@watchpost/shared/errors';
import { startGallery } from '../support/start-gallery.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';
import { face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';

const never = new AbortController().signal;
/** A process that hears of changes when it asks, and hardly ever by itself. */
const heldBack = { settings: { sync: { pollMs: 600_000, censusMs: 600_000 } } };
const person = strangerVector(1);

describeGallery('the position of a decision', (rig) => {
  it('makes another process wait until it knows the stranger whom this one has met', async () => {
    const other = await rig.start(heldBack);
    const met = await rig.see(person);
    const position = rig.opened.gallery.position();
    await other.gallery.reached(position, never);
    expect(await other.gallery.person(met!.person!.id, never)).toMatchObject({ name: 'Unknown 1', number: 1 });
    expect(other.gallery.position().version).toBeGreaterThanOrEqual(position.version);
  });

  it('covers persons whom yet another process has met, when a job is run again', async () => {
    const other = await rig.start(heldBack);
    const info = snapshotInfo();
    const [met] = await rig.opened.gallery.recognise(info, [face(person)], never);
    const [again] = await other.gallery.recognise(info, [face(person)], never);
    expect(again).toMatchObject({ decision: 'unknown', person: met!.person });
    expect(other.gallery.position()).toEqual(rig.opened.gallery.position());
  });

  it('is reached at once where it is known, also while the database is away', async () => {
    await rig.see(person);
    const { gallery } = await startGallery(rig.storage);
    const position = gallery.position();
    await gallery.close();
    await gallery.reached(position, never);
    await expect(gallery.reached({ ...position, version: position.version + 1 }, never)).rejects.toMatchObject({
      code: 'gallery-unavailable',
      retryAfterMs: 5_000,
    });
  });

  it('of another history, or of a person who was forgotten, is not waited for', async () => {
    const met = await rig.see(person);
    const position = rig.opened.gallery.position();
    await rig.apply({ kind: 'forget', person: met!.person!.id }, reader);
    const other = await rig.start(heldBack);
    await other.gallery.reached(position, never);
    expect(await other.gallery.person(met!.person!.id, never)).toBeNull();
    const startedAtMs = performance.now();
    await other.gallery.reached({ epoch: 'restored', version: 1_000_000 }, never);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });
});

describeGallery('a worker that dies between enrolling and recording', (rig) => {
  it('leaves a snapshot that a second run recognises as the same people, without enrolling or sighting anybody twice', async () => {
    const options = { log: createLogger('test', 'silent'), metrics: createMetrics({ processMetrics: false }) };
    const parts = await openParts(rig.storage, options, never);
    parts.start();
    await parts.gallery.ready(never);
    const { database, mirror, transact, vectorsOf, settings } = parts;
    const dying = new AppError('internal', 'killed');
    const recognise = createRecognise({
      ...settings,
      mirror,
      transact,
      vectorsOf,
      sync: { ready: async (signal: AbortSignal) => parts.gallery.ready(signal) } as never,
      metrics: {
        matchSeconds: { observe: () => undefined },
        decisions: { inc: () => undefined },
        enrolled: { inc: () => undefined },
      } as never,
      sightings: { ...database.sightings, record: async () => Promise.reject(dying) },
    });
    const info = snapshotInfo();
    const faces = [face(person), face(strangerVector(2))];
    await expect(recognise(info, faces, never)).rejects.toBe(dying);
    await parts.gallery.close();
    expect(await rig.sighting(info.snapshotId)).toBeNull();

    const second = await rig.start();
    const answers = await second.gallery.recognise(info, faces, never);
    expect(new Set(answers.map((answer) => answer.person?.name))).toEqual(new Set(['Unknown 1', 'Unknown 2']));
    expect(await second.gallery.recognise(info, faces, never)).toEqual(answers);
    const contents = await rig.contents();
    expect([contents.persons.length, contents.faces.length, contents.pairs.length]).toEqual([2, 2, 1]);
    expect((await rig.sighting(info.snapshotId))?.faces).toHaveLength(2);
  });
});
