import type { ProbeFace, Gallery, MatchedFace } from '@watchpost/gallery/gallery';
import type { Seen, SeenFace } from '@watchpost/see/face-engine';
import { match } from '@watchpost/worker/snapshot/3-match';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../../support/factories.ts';

const never = new AbortController().signal;
const point = { x: 0, y: 0 };

function seenFace(crop: Uint8Array | null, sizePx = 33): SeenFace {
  return {
    box: { x: 1, y: 2, width: 30, height: 40 },
    score: 0.9,
    landmarks: { leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point },
    quality: { value: 0.7, sharpness: 1, frontal: 1, detectorScore: 0.9, meshScore: 1 },
    sizePx,
    embedding: new Float32Array([1, 0]),
    crop,
  };
}

/** What the step asks of the gallery, which answers `unknown` for every face. */
async function ask(faces: SeenFace[], isReady = true): Promise<ProbeFace[]> {
  const asked: ProbeFace[] = [];
  const gallery: Pick<Gallery, 'isReady' | 'recognise' | 'position'> = {
    isReady: () => isReady,
    position: () => ({ epoch: 'e', version: 7 }),
    recognise: async (_, given) => {
      asked.push(...given);
      return given.map((): MatchedFace => ({
        decision: 'unknown',
        person: { id: 'p', status: 'unknown', name: 'Unknown 1' },
        similarity: null,
      }));
    },
  };
  const seen: Seen = { width: 100, height: 100, elapsedMs: 1, extent: 'full', brightness: 90, faces };
  const { galleryPosition } = await match(
    snapshotJob(),
    seen,
    { engine: { modelId: 'm' }, gallery } as unknown as Parameters<typeof match>[2],
    never,
  );
  expect(galleryPosition).toEqual({ epoch: 'e', version: 7 });
  return asked;
}

describe('match', () => {
  it('hands every face to the gallery, with its picture where it has one', async () => {
    const crop = new Uint8Array([1, 2, 3]);
    const [first, second] = await ask([seenFace(crop), seenFace(null)]);
    expect(first).toEqual({
      box: { x: 1, y: 2, width: 30, height: 40 },
      embedding: new Float32Array([1, 0]),
      modelId: 'm',
      quality: 0.7,
      sizePx: 33,
      crop,
    });
    expect(Object.keys(second!)).not.toContain('crop');
  });

  it('takes nothing below 20 pixels for a face', async () => {
    expect((await ask([seenFace(null, 20), seenFace(null, 19.9), seenFace(null, 15)])).map(({ sizePx }) => sizePx)).toEqual([20]);
  });

  it('lets the job wait while the gallery is not ready', async () => {
    await expect(ask([seenFace(null)], false)).rejects.toMatchObject({ code: 'gallery-not-ready' });
  });
});
