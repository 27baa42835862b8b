import { AppError } from '@watchpost/shared/errors';
import { follow } from '@watchpost/worker/follow';
import { expect, it } from 'vitest';
import { comparableFace } from '../../support/comparable-face.ts';
import { startVisitRig } from '../../support/visit-rig.ts';

const never = new AbortController().signal;

it.each([
  ['works', 'edit'],
  ['kept', 'edit'],
  ['kept', 'post'],
] as const)(
  'a post that is under way while consent is taken back never shows its picture, where replacing one %s and the %s comes first',
  async (swapping, first) => {
    const rig = startVisitRig();
    rig.posts.swapping = swapping;
    let withdrawnAtMs: number | null = null;
    const look = (): Promise<void> =>
      follow(
        {
          documents: rig.documents,
          visits: rig.visiting.visits,
          questions: {
            changedSince: async (version) => {
              const now = rig.changes.version;
              return { version: now, personIds: version > 0 && version < now ? rig.changes.personIds : [] };
            },
          },
          gallery: { position: () => ({ epoch: 'e1', version: 1 }), isReady: () => true },
          sender: {
            send: async (job) => void rig.queued.push(job),
            ping: async () => undefined,
            counts: async () => [],
            close: async () => undefined,
          },
          forget: async () => undefined,
          sendTimeoutMs: 1_000,
          tookBack: async (ids) => new Map(withdrawnAtMs !== null && ids.includes('ada') ? [['ada', withdrawnAtMs]] : []),
        },
        never,
      );
    const { id } = await rig.join('s1', [comparableFace()]);
    await look();
    const [job] = rig.queued.splice(0, 1);
    if (!job) throw new Error('no job');
    // Slack takes the picture, and is away then.
    let away = 0;
    rig.posts.step = () => {
      if (rig.posts.files.size > 0 && rig.posts.messages.length === 0 && (away += 1) > 1) throw new AppError('chat-unavailable', 'away');
    };
    rig.nowMs += 120_000;
    await rig.run(job).catch(() => undefined);
    expect((await rig.visit(id)).post?.progress?.state).not.toBe('posted');
    rig.nowMs += 3_600_000;
    withdrawnAtMs = rig.nowMs;
    const ada = comparableFace({ person: { id: 'ada', status: 'named', name: 'a known person' } });
    for (const key of rig.faces.keys()) rig.faces.set(key, [ada]);
    rig.changes = { version: rig.changes.version + 1, personIds: ['ada'] };
    await look();
    const everShown = new Set<string | null>();
    rig.posts.step = () => {
      for (const { fileId } of rig.posts.messages) everShown.add(fileId);
    };
    rig.queued.splice(first === 'edit' ? 1 : 0, 0, job);
    await rig.settle();
    rig.nowMs += 3_600_000;
    await look();
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect([rig.posts.files.has('F1'), everShown.has('F1')]).toEqual([false, false]);
  },
);
