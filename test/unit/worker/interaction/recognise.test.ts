import type { ChatMembers } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { MatchedFace } from '@watchpost/gallery/gallery';
import type { FaceEngine, SeenFace } from '@watchpost/see/face-engine';
import type { InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { describe, expect, it } from 'vitest';
import { doInteraction, firstAttempt, interaction, nothingSeen, notingPlatform, textOf } from '../../../support/deeds-rig.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { frameWith, man } from '../../../support/pictures.ts';

const file = { id: 'F1', name: 'party.jpg', mimeType: 'image/jpeg', sizeBytes: 1, url: null, thumbnailUrl: null };
const seenFace = (x: number, sizePx = 100): SeenFace =>
  ({
    box: { x, y: 10, width: 60, height: 60 },
    quality: { value: 0.8 },
    sizePx,
    embedding: new Float32Array([1]),
    crop: null,
    score: 1,
  }) as unknown as SeenFace;

const matches: MatchedFace[] = [
  { decision: 'uncertain', person: { id: 'g', status: 'named', name: 'Grace' }, similarity: 0.6 },
  { decision: 'match', person: { id: 'a', status: 'named', name: 'Ada' }, similarity: 0.9 },
  { decision: 'unknown', person: null, similarity: null },
  { decision: 'unrecognisable', person: null, similarity: null },
];

async function rig({ faces = [300, 10, 200, 400].map((x) => seenFace(x)), fails = null as AppError | null } = {}) {
  const seen = nothingSeen();
  const bytes = await frameWith(man);
  const platform = notingPlatform(seen);
  const engine: Partial<FaceEngine> = {
    modelId: 'm',
    see: async () => (fails ? Promise.reject(fails) : { width: 640, height: 480, elapsedMs: 1, extent: 'full', faces, brightness: 0.5 }),
  };
  const drawn: Uint8Array[] = [];
  const deps = {
    gallery: { isReady: () => true },
    questions: { identify: async () => matches },
    documents: createMemoryDocuments(),
    log: createLogger('test', 'silent'),
    engine,
    files: { get: () => null, keep: () => undefined, drop: () => undefined },
    maxBytes: 10_000_000,
    maxPixels: 10_000_000,
    platformFor: () => ({
      ...platform,
      chat: { ...platform.chat, download: async () => bytes },
      members: {
        ...platform.members,
        message: async (...[member, post, save, signal]: Parameters<ChatMembers['message']>) => {
          if (post.progress?.state === 'posted') return post.progress;
          if (post.picture) drawn.push(await post.picture.bytes());
          return platform.members.message(member, post, save, signal);
        },
      },
    }),
  } as unknown as InteractionDeps;
  const job = interaction({ do: 'recognise', files: [file] });
  return { seen, drawn, run: async () => doInteraction(deps, job, firstAttempt), deps };
}

describe('recognising the faces of any picture', () => {
  it('answers privately with numbers from left to right, and sends the picture with boxes by direct message', async () => {
    const { seen, drawn, run } = await rig();
    await run();
    expect(seen.answers.map((post) => textOf(post))).toEqual([
      'party.jpg: 1: Ada, 2: unknown, 3: not certain (could be Grace), and 1 face too far away or too unclear to recognise',
    ]);
    expect(seen.messages).toEqual(['party.jpg']);
    expect(drawn[0]?.subarray(0, 2)).toEqual(new Uint8Array([0xff, 0xd8]));
  });

  it('the same job twice sends one picture', async () => {
    const { seen, drawn, run } = await rig();
    await run();
    await run();
    expect(seen.messages).toHaveLength(1);
    expect(drawn).toHaveLength(1);
  });

  it('says when there is no face, no picture, or one that cannot be looked at', async () => {
    const none = await rig({ faces: [] });
    await none.run();
    expect(textOf(none.seen.answers[0]!)).toBe('party.jpg: no face was found');
    expect(none.seen.messages).toEqual([]);
    const corrupt = await rig({ fails: new AppError('image-corrupt', 'the picture is damaged') });
    await corrupt.run();
    expect(textOf(corrupt.seen.answers[0]!)).toBe('party.jpg: cannot be looked at: the picture is damaged');
    const empty = interaction({ do: 'recognise', files: [] });
    await doInteraction(none.deps, empty);
    expect(textOf(none.seen.answers[1]!)).toBe('There is no picture in this message.');
  });

  it('a picture that may be looked at later is tried again', async () => {
    const { seen, run } = await rig({ fails: new AppError('inference-timeout', 'too slow') });
    await expect(run()).rejects.toMatchObject({ code: 'inference-timeout' });
    expect(seen.answers).toEqual([]);
  });
});
