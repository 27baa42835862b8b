import { randomUUID } from 'node:crypto';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import type { EnrollRequest } from '@watchpost/gallery/moving-in/enroll';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import { reembedAll } from '@watchpost/cli/commands/reembed';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend, strangerVector } from '../../support/gallery-backends.ts';
import { bearded, frameWith, man, woman } from '../../support/pictures.ts';
import type { Service } from '../../support/services.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');

/** Acts as another model: flips signs of the vectors, so that old and new ones are unrelated. */
function otherModel(engine: FaceEngine): Pick<FaceEngine, 'modelId' | 'see'> {
  const signs = strangerVector(7).map(Math.sign);
  return {
    modelId: 'another-model-1',
    see: async (bytes, signal) => {
      const seen = await engine.see(bytes, signal);
      return {
        ...seen,
        faces: seen.faces.map((face) => ({ ...face, embedding: face.embedding.map((value, at) => value * (signs[at] ?? 1)) })),
      };
    },
  };
}

let engine: FaceEngine;
/** Of three people, with what the engine sees of each. */
let known: Pick<EnrollRequest, 'name' | 'face'>[];

beforeAll(async () => {
  engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 }, log, never);
  known = [];
  for (const [name, cells] of Object.entries({ Ada: man, Grace: [woman], Bob: [bearded] })) {
    for (const cell of cells) {
      const [seen] = (await engine.see(await frameWith([cell]), never)).faces;
      const { box, embedding, quality, sizePx, crop } = seen!;
      known.push({ name, face: { box, embedding, quality: quality.value, sizePx, crop: crop!, modelId: engine.modelId } });
    }
  }
});
afterAll(async () => engine.close());

for (const backend of oneOfEachBackend) {
  describeWith(backend.needs, `reembed on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let workbench: Workbench;

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      workbench = await openWorkbench(storage, log, never);
      for (const { name, face } of known) await workbench.enroll({ name, face, source: 'test', force: false }, { id: 'cli' }, never);
    });
    afterEach(async () => {
      await workbench.close();
      await emptyGallery(storage);
    });

    const run = async (embedder: Pick<FaceEngine, 'modelId' | 'see'>, keepOld: boolean) => {
      const out: string[] = [];
      const print = (line: string): void => void out.push(line);
      const context = {
        env: {},
        openEmbedded: () => Promise.reject(new Error('none')),
        signal: never,
        print,
        warn: () => undefined,
        written: async () => undefined,
      };
      return { code: await reembedAll(embedder, workbench, { keepOld, atATime: 2 }, context), out: out.join('\n') };
    };
    const counts = () => {
      const faces = workbench.mirror.persons().flatMap(({ id }) => workbench.mirror.facesOf(id));
      return Object.fromEntries(
        [...new Set(faces.map(({ modelId }) => modelId))].map((id) => [id, faces.filter(({ modelId }) => modelId === id).length]),
      );
    };
    /** A face without a stored crop. */
    const addWithoutCrop = async (): Promise<void> => {
      const ada = workbench.mirror.called('Ada')[0]!.id;
      const set = {
        personId: ada,
        modelId: engine.modelId,
        role: 'reference' as const,
        embedding: strangerVector(3),
        quality: 0.5,
        sizePx: 60,
        snapshotId: null,
        position: null,
        shows: null,
        createdAtMs: 1,
        deleted: false,
      };
      await workbench.transact(
        () => ({ changeset: { persons: [], faces: [{ id: randomUUID(), isNew: true, set, crop: null }], pairs: [] }, result: undefined }),
        never,
      );
    };

    it('with the same model reports how similar the vectors of the crops are, and changes nothing', async () => {
      const before = workbench.mirror.head.version;
      const { code, out } = await run(engine, false);
      expect(code).toBe(0);
      expect(out).toContain('0 faces of other models embedded again');
      const [, count, lowest, median] = /^(\d+) faces of this model .* lowest (0\.\d+), .* median (0\.\d+)$/m.exec(out) ?? [];
      expect(Number(count)).toBe(6);
      expect(Number(lowest)).toBeGreaterThan(0.95);
      expect(Number(median)).toBeGreaterThan(0.98);
      expect(out).toContain("the nearest stored face is the same person's: 4 of 4 (100.0 %)");
      expect(out).toContain('0 old vectors removed');
      expect([counts(), workbench.mirror.head.version]).toEqual([{ [engine.modelId]: 6 }, before]);
    });

    it('embeds for another model, and then removes the old vectors, except of faces without a crop', async () => {
      await addWithoutCrop();
      const other = otherModel(engine);
      const first = await run(other, true);
      expect(first.code).toBe(1);
      expect(first.out).toContain('6 faces of other models embedded again, 0 in earlier runs');
      expect(first.out).toContain('1 faces without a stored picture');
      expect(first.out).toContain("nearest other face is the same person's, another-model-1: 4 of 4 (100.0 %)");
      expect(counts()).toEqual({ [engine.modelId]: 7, 'another-model-1': 6 });

      const second = await run(other, false);
      expect(second.out).toContain('0 faces of other models embedded again, 6 in earlier runs');
      expect(second.out).toContain('6 old vectors removed');
      expect(counts()).toEqual({ [engine.modelId]: 1, 'another-model-1': 6 });

      // The new vectors match their persons and have crops, and vectors of the two models are unrelated.
      const [seen] = (await other.see(await frameWith([man[2]!], { seed: 1 }), never)).faces;
      const [nearest] = workbench.mirror.candidates(seen!.embedding, other.modelId);
      expect([workbench.mirror.person(nearest!.personId)!.name, nearest!.similarity > 0.8]).toEqual(['Ada', true]);
      expect(workbench.mirror.candidates(seen!.embedding, 'a third model')).toEqual([]);
      expect(workbench.mirror.candidates(seen!.embedding, engine.modelId).every(({ similarity }) => similarity < 0.3)).toBe(true);
      expect((await workbench.database.store.crop(nearest!.faceId, never))?.length).toBeGreaterThan(500);
    });

    it('continues where it stopped', async () => {
      const other = otherModel(engine);
      let looks = 0;
      const options = { modelId: other.modelId, atATime: 1, batchSize: 2, progress: () => undefined };
      const embed = async (crop: Uint8Array): Promise<Float32Array | null> => (await other.see(crop, never)).faces[0]?.embedding ?? null;
      const dying = async (crop: Uint8Array): Promise<Float32Array | null> => {
        looks += 1;
        if (looks > 5) throw new AppError('inference-crashed', 'the machine went down');
        return embed(crop);
      };
      await expect(workbench.reembed({ ...options, embed: dying }, never)).rejects.toMatchObject({ code: 'inference-crashed' });
      expect(counts()).toEqual({ [engine.modelId]: 6, [other.modelId]: 4 });
      expect(await workbench.reembed({ ...options, embed }, never)).toMatchObject({
        stored: 2,
        storedBefore: 4,
        withoutCrop: [],
        notFound: [],
      });
      expect(counts()).toEqual({ [engine.modelId]: 6, [other.modelId]: 6 });
    });
  });
}
