import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import type { ProbeFace } from '@watchpost/gallery/gallery';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Cell } from '@watchpost/standalone/demo/contact-sheet';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { SeenFace } from '@watchpost/see/face-engine';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend, snapshotInfo } from '../../support/gallery-backends.ts';
import { bearded, frameWith, man, woman } from '../../support/pictures.ts';
import { runCommand, type CommandRun } from '../../support/run-command.ts';
import type { Service } from '../../support/services.ts';
import { startGallery } from '../../support/start-gallery.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');

for (const backend of oneOfEachBackend) {
  describeWith(backend.needs, `enroll on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let folder: string;

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-enroll-'));
    });
    afterEach(async () => {
      await emptyGallery(storage);
      await rm(folder, { recursive: true });
    });

    const run = async (...args: string[]): Promise<CommandRun> => runCommand('enroll', args, { ...storage, INFERENCE_THREADS: '1' });
    const write = async (name: string, bytes: Buffer): Promise<string> => {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
      return file;
    };
    const withGallery = async <T>(look: (workbench: Workbench) => T | Promise<T>): Promise<T> => {
      const workbench = await openWorkbench(storage, log, never);
      try {
        return await look(workbench);
      } finally {
        await workbench.close();
      }
    };
    const faceCounts = async () =>
      withGallery(({ mirror }) => Object.fromEntries(mirror.persons().map(({ name, id }) => [name, mirror.facesOf(id).length])));

    it('creates a person from pictures, adds to it, and adds nothing twice', async () => {
      const [first, second] = [
        await write('a.jpg', await frameWith([man[0]!])),
        await write('b.png', await frameWith([man[1]!], { format: 'png' })),
      ];
      const one = await run('--name', 'Ada', first);
      expect(one).toMatchObject({ code: 0, err: [], out: [expect.stringContaining('Ada, a new person'), '1 of 1 pictures enrolled'] });
      const two = await run('--name', ' ADA ', second);
      expect(two).toMatchObject({ code: 0, err: [] });
      expect(two.out[0]).toMatch(/b\.png: Ada \(similarity 0\.[6-9]\d to the known faces\)/);
      const three = await run('--name', 'Ada', first, second);
      expect(three.code).toBe(0);
      expect(three.out.filter((line) => line.includes(', nothing new'))).toHaveLength(2);
      expect(await faceCounts()).toEqual({ Ada: 2 });
      // Each reference comes with a picture that another model could embed.
      await withGallery(async ({ mirror, database: { audit, store } }) => {
        for (const { id } of mirror.facesOf(mirror.called('Ada')[0]!.id)) {
          const { format, width } = await sharp((await store.crop(id, never))!).metadata();
          expect([format, width <= 256]).toEqual(['jpeg', true]);
        }
        expect((await audit.newest(9, {}, never)).map(({ action }) => action)).toEqual(['enroll', 'enroll']);
      });
    });

    /** What no database decides is tried on one. */
    const isOne = backend.name === 'PostgreSQL';

    it.runIf(isOne)('enrolls a folder of folders, refuses unsuitable pictures with a reason, and continues', async () => {
      await write('Grace Hopper/1.jpg', await frameWith([woman]));
      await write('Grace Hopper/2.jpg', await frameWith([woman, bearded]));
      await write('Grace Hopper/3.jpg', await frameWith([]));
      await write('Grace Hopper/4.jpg', Buffer.from('no picture'));
      const small = sharp(await frameWith([woman])).resize(200);
      await write('Grace Hopper/5.jpg', await small.jpeg().toBuffer());
      await write('Grace Hopper/notes.txt', Buffer.from('x'));
      await write('Bob/1.jpg', await frameWith([bearded]));
      await write('stray.jpg', await frameWith([bearded]));
      const { code, out, err } = await run('--folder', folder);
      expect(code).toBe(1);
      const line = (file: string): string | undefined => err.find((each) => each.includes(file));
      expect(line(path.join('Grace Hopper', '2.jpg'))).toContain('face-ambiguous');
      expect(line(path.join('Grace Hopper', '3.jpg'))).toContain('face-missing');
      expect(line(path.join('Grace Hopper', '4.jpg'))).toContain('image-format-unsupported');
      expect(line(path.join('Grace Hopper', '5.jpg'))).toMatch(/face-too-small|face-missing/);
      expect(line('stray.jpg')).toContain('skipped');
      expect(line('notes.txt')).toContain('skipped');
      expect(out.at(-1)).toBe('2 of 6 pictures enrolled');
      expect(await faceCounts()).toEqual({ 'Grace Hopper': 1, Bob: 1 });
    });

    it('refuses a face that is clearly another person’s, except with --force', async () => {
      const [first, second] = [await write('a.jpg', await frameWith([man[0]!])), await write('b.jpg', await frameWith([man[1]!]))];
      await run('--name', 'Ada', first);
      const refused = await run('--name', 'Bob', second);
      expect(refused).toMatchObject({ code: 1, err: [expect.stringContaining("face-of-another: the face is Ada's")] });
      expect(await faceCounts()).toEqual({ Ada: 1 });
      expect(await run('--force', '--name', 'Bob', second)).toMatchObject({ code: 0, err: [] });
      expect(await faceCounts()).toEqual({ Ada: 1, Bob: 1 });
    });

    it('merges the person with the stranger who was seen already', async () => {
      const engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 }, log, never);
      const see = async (cell: Cell): Promise<ProbeFace> => {
        const [{ box, embedding, quality, sizePx }] = (await engine.see(await frameWith([cell], { seed: 1 }), never)).faces as [SeenFace];
        return { box, embedding, quality: quality.value, sizePx, modelId: engine.modelId };
      };
      const { gallery } = await startGallery(storage);
      try {
        const [before] = await gallery.recognise(snapshotInfo(), [await see(man[0]!)], never);
        expect(before?.person?.name).toBe('Unknown 1');
        const { out } = await run('--name', 'Ada', await write('a.jpg', await frameWith([man[1]!])));
        expect(out[0]).toContain('"Unknown 1" is the same person and was merged');
        expect(await faceCounts()).toEqual({ Ada: 2 });
        await until('the process that watches knows', async () => (await gallery.people(never)).length === 1);
        const [after] = await gallery.recognise(snapshotInfo(), [await see(man[0]!)], never);
        expect(after).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
        expect(await gallery.person(before!.person!.id, never)).toMatchObject({ name: 'Ada' });
      } finally {
        await gallery.close();
        await engine.close();
      }
    });

    it.runIf(isOne)('refuses names that the gallery does not take', async () => {
      const file = await write('a.jpg', await frameWith([man[0]!]));
      expect(await run('--name', 'Unknown 7', file)).toMatchObject({ code: 1, err: [expect.stringContaining('name-invalid')] });
      expect(await run('--name', 'Ada')).toMatchObject({ code: 2 });
      expect(await faceCounts()).toEqual({});
    });
  });
}
