import type { ProbeFace, Gallery, MatchedFace, SnapshotInfo } from '@watchpost/gallery/gallery';
import type { Seen, SeenFace } from '@watchpost/see/face-engine';
import { defaultCameraSettings, type CameraSettings } from '@watchpost/cameras/camera-settings';
import { match, type Matched } from '@watchpost/worker/snapshot/3-match';
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

/** What the step asks of the gallery, which answers `unknown` for every face, and what it resolves to. */
async function askAt(
  settings: Partial<CameraSettings>,
  faces: SeenFace[],
  isReady = true,
): Promise<{ asked: ProbeFace[]; info: SnapshotInfo[]; matched: Matched }> {
  const asked: ProbeFace[] = [];
  const info: SnapshotInfo[] = [];
  const gallery: Pick<Gallery, 'isReady' | 'recognise' | 'position'> = {
    isReady: () => isReady,
    position: () => ({ epoch: 'e', version: 7 }),
    recognise: async (snapshot, given) => {
      info.push(snapshot);
      asked.push(...given);
      return given.map((): MatchedFace => ({
        decision: 'unknown',
        person: { id: 'p', status: 'unknown', name: 'Unknown 1' },
        similarity: null,
      }));
    },
  };
  const seen: Seen = { width: 100, height: 100, elapsedMs: 1, extent: 'full', brightness: 90, faces };
  const settingsOf = (channel: string, camera: string | null): CameraSettings => {
    expect([channel, camera]).toEqual(['slack:C1', 'Front door']);
    return { ...defaultCameraSettings, ...settings };
  };
  const matched = await match(
    snapshotJob(),
    seen,
    { engine: { modelId: 'm' }, gallery, cameras: { settingsOf } } as unknown as Parameters<typeof match>[2],
    never,
  );
  return { asked, info, matched };
}

async function ask(faces: SeenFace[], isReady = true): Promise<ProbeFace[]> {
  const { asked, matched } = await askAt({}, faces, isReady);
  expect(matched.galleryPosition).toEqual({ epoch: 'e', version: 7 });
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

  it('leaves out what the camera masks and what is smaller than its smallest face, and counts both', async () => {
    const at = (x: number, y: number, sizePx: number): SeenFace => ({
      ...seenFace(null, sizePx),
      box: { x: x - 5, y: y - 5, width: 10, height: 10 },
    });
    const left = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ] as const;
    const { asked, matched } = await askAt({ masks: [left], smallestFacePx: 60 }, [
      at(20, 50, 90),
      at(80, 50, 90),
      at(80, 20, 60),
      at(80, 80, 59),
      at(80, 90, 15),
    ]);
    expect(asked.map(({ box, sizePx }) => [box.x, sizePx])).toEqual([
      [75, 90],
      [75, 60],
    ]);
    expect(matched.leftOut).toEqual({ masked: 1, tooSmall: 2 });
    expect(matched.faces).toHaveLength(2);
  });

  it('asks nothing where all faces are left out, even while the gallery is not ready', async () => {
    const { asked, info, matched } = await askAt({ smallestFacePx: 60 }, [seenFace(null, 59)], false);
    expect([asked, info]).toEqual([[], []]);
    expect(matched).toEqual({ faces: [], leftOut: { masked: 0, tooSmall: 1 }, galleryPosition: null });
  });

  it("takes the camera's own risk of a wrong name, and nothing where it has none", async () => {
    const risky = await askAt({ strangersNamedOneIn: 5_000 }, [seenFace(null)]);
    expect(risky.info).toMatchObject([{ camera: 'Front door', strangersNamedOneIn: 5_000 }]);
    expect(Object.keys((await askAt({}, [seenFace(null)])).info[0]!)).not.toContain('strangersNamedOneIn');
  });

  it('lets the job wait while the gallery is not ready', async () => {
    await expect(ask([seenFace(null)], false)).rejects.toMatchObject({ code: 'gallery-not-ready' });
  });
});
