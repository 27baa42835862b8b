import { AppError } from '@watchpost/shared/errors';
import { defaultCameraSettings } from '@watchpost/cameras/camera-settings';
import { dueDigest } from '@watchpost/worker/notice/daily-digest';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { noticesPlace } from '@watchpost/worker/privacy/places';
import { skippedIn } from '@watchpost/worker/notice/skipped-line';
import { drawSheet } from '@watchpost/worker/notice/contact-sheet';
import { decode } from '@watchpost/see/picture/decode';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);

const task = (rig: VisitRig, name: string): Promise<void> => rig.visiting.tasks.find((each) => each.name === name)!.run(never);

describe('the daily digest is due', () => {
  it.each([
    ['a minute before its time', '2026-11-22T06:59:00Z', null],
    ['at its time', '2026-11-22T07:00:00Z', '2026-11-22'],
    ['hours later, if nobody was there', '2026-11-22T12:59:00Z', '2026-11-22'],
    ['not after six hours', '2026-11-22T13:01:00Z', null],
  ])('%s', (_when, now, name) => {
    expect(dueDigest(at(now), 8 * 60, berlin)?.name ?? null).toBe(name);
  });

  it('after midnight for the evening before', () => {
    const due = dueDigest(at('2026-11-22T00:30:00Z'), 23 * 60, berlin);
    expect(due).toEqual({ name: '2026-11-21', fromMs: at('2026-11-20T22:00:00Z'), toMs: at('2026-11-21T22:00:00Z') });
  });

  it('over 25 hours where clocks go back', () => {
    const due = dueDigest(at('2026-10-25T08:00:00Z'), 8 * 60, berlin)!;
    expect((due.toMs - due.fromMs) / 3_600_000).toBe(25);
  });

  it('never where nobody wants one', () => {
    expect(dueDigest(at('2026-11-22T07:00:00Z'), null, berlin)).toBeNull();
  });
});

/** A rig whose cameras report in the digest only, with one visit in it. */
async function digestRig(): Promise<VisitRig> {
  const rig = startVisitRig();
  rig.settings = { ...defaultCameraSettings, policy: { named: 'digest', unknown: 'digest', ignored: 'never' } };
  // 14:00 in Berlin; the digest is due at 20:00.
  rig.cameras.digestAtMinute = 20 * 60;
  await rig.join('s1', [comparableFace()]);
  await rig.settle();
  return rig;
}

describe('the digest', () => {
  it('is one post with a contact sheet, however many workers make it', async () => {
    const rig = await digestRig();
    await task(rig, 'digest');
    expect(rig.queued).toEqual([]);
    rig.nowMs += 6 * 3_600_000 + 61_000;
    await Promise.all([task(rig, 'digest'), task(rig, 'digest')]);
    await rig.settle();
    await task(rig, 'digest');
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    const [{ post, fileId, channel }] = rig.posts.shown() as [ReturnType<VisitRig['posts']['shown']>[0]];
    expect(channel).toBe('slack:CRESULTS');
    expect(JSON.stringify(post)).toContain('Ada');
    expect((await decode(rig.posts.files.get(fileId!)!, { maxPixels: 10_000_000, workPixels: 10_000_000 })).width).toBeGreaterThan(100);
  });

  it('has who came a moment before it is due', async () => {
    const rig = await digestRig();
    rig.nowMs += 6 * 3_600_000 + 10_000;
    await task(rig, 'digest');
    const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
    await rig.join('s2', [comparableFace({ person: grace })], { takenAtMs: rig.nowMs - 12_000 });
    rig.nowMs += 60_000;
    await rig.settle();
    await task(rig, 'digest');
    await rig.settle();
    expect(JSON.stringify(rig.posts.shown()[0]!.post)).toContain('Grace');
  });

  it.each(['posted', 'not posted yet'])('loses the name of somebody who is forgotten: %s', async (state) => {
    const rig = await digestRig();
    await task(rig, 'follow');
    await rig.join('s2', [comparableFace({ person: { id: 'grace', status: 'named', name: 'Grace' } })]);
    await rig.settle();
    rig.nowMs += 6 * 3_600_000 + 61_000;
    await task(rig, 'digest');
    if (state === 'posted') await rig.settle();
    rig.forgotten.add('ada');
    rig.faces.set('s1', []);
    rig.changes = { version: rig.changes.version + 1, personIds: ['ada'] };
    await task(rig, 'follow');
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(JSON.stringify(rig.posts.messages)).toContain('Grace');
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Ada');
    expect(rig.posts.files.size).toBe(state === 'posted' ? 0 : 1);
    const kept = await rig.documents.find({ kind: 'notice', order: 'oldest', limit: 10 }, never);
    expect(JSON.stringify(kept)).not.toMatch(/Ada|ada/);
  });

  it('that the bot cannot change is tried rarer and rarer, and said with its post until it can', async () => {
    const rig = await digestRig();
    await task(rig, 'follow');
    rig.nowMs += 6 * 3_600_000 + 61_000;
    await task(rig, 'digest');
    await rig.settle();
    rig.forgotten.add('ada');
    rig.faces.set('s1', []);
    const edit = rig.posts.edit.bind(rig.posts);
    let asked = 0;
    rig.posts.edit = async () => {
      asked += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    const place = noticesPlace({ ...rig.deps, subscriptions: rig.subscriptions, platforms: [rig.deps.platformFor('slack:CREAD')] });
    const ada = { personIds: ['ada'], faceIds: [], names: [], dueForMs: 0 };
    for (let look = 0; look < 20; look += 1) {
      await place.erase?.(ada, never);
      rig.nowMs += 30_000;
    }
    expect(asked).toBeLessThanOrEqual(4);
    const known = createKnownPosts(rig.documents);
    expect(await known.showing(['ada'], 9, never)).toMatchObject([{ refused: { code: 'channel-not-available' } }]);
    rig.posts.edit = edit;
    rig.nowMs += 3_600_000;
    await place.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect([await place.count(ada, never), await known.showing(['ada'], 9, never)]).toEqual([{ 'digests and messages': 0 }, []]);
  });

  it('of a day on which nothing is to be said is not posted', async () => {
    const rig = startVisitRig();
    rig.cameras.digestAtMinute = 13 * 60;
    await task(rig, 'digest');
    expect([rig.queued, rig.posts.messages]).toEqual([[], []]);
  });

  it('is posted once by processes that are killed at any step', async () => {
    let reached = 0;
    for (let kill = 1; ; kill += 1) {
      const rig = await digestRig();
      rig.nowMs += 6 * 3_600_000 + 61_000;
      let steps = 0;
      rig.stepping(() => {
        steps += 1;
        if (steps >= kill) throw new AppError('gallery-unavailable', 'killed');
      });
      const jobs = (): typeof rig.queued => [...rig.queued];
      let before = jobs();
      try {
        await task(rig, 'digest');
        before = jobs();
        for (const job of before) await rig.run(job);
        rig.queued.length = 0;
      } catch {
        rig.queued.splice(0, rig.queued.length, ...before);
      }
      rig.stepping(() => undefined);
      await task(rig, 'digest');
      await rig.settle();
      expect(rig.posts.shown(), `killed at step ${kill}`).toHaveLength(1);
      reached = kill;
      if (steps < kill) break;
    }
    expect(reached).toBeGreaterThan(5);
  });
});

describe('skipped snapshots', () => {
  const skipped = { channel: 'slack:C1', camera: 'Gate', outcome: 'skipped', snapshots: 40 } as const;

  it('are counted by camera, of this platform only, most first', () => {
    const others = [
      { ...skipped, camera: 'Door', snapshots: 3 },
      { ...skipped, channel: 'slack:C2', snapshots: 2 },
      { ...skipped, outcome: 'none' as const },
      { ...skipped, channel: 'other:C1' },
    ];
    expect(skippedIn([...others, skipped], 'slack')).toEqual([
      { camera: 'Gate', count: 42 },
      { camera: 'Door', count: 3 },
    ]);
  });

  it('are one line an hour, after the hour', async () => {
    const rig = startVisitRig();
    const hourMs = 3_600_000;
    rig.outcomes = ({ fromMs }) => (fromMs === rig.startMs ? [skipped] : []);
    await task(rig, 'skipped');
    rig.nowMs = rig.startMs + hourMs + 10_000;
    await task(rig, 'skipped');
    expect(rig.queued).toEqual([]);
    rig.nowMs += 60_000;
    await task(rig, 'skipped');
    await task(rig, 'skipped');
    await rig.settle();
    rig.nowMs += 2 * hourMs;
    await task(rig, 'skipped');
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(JSON.stringify(rig.posts.shown()[0]!.post)).toMatch(/40.*Gate|Gate.*40/);
  });
});

describe('somebody who asked to be told', () => {
  it('gets one direct message for a visit, however often its post is edited', async () => {
    const rig = startVisitRig();
    rig.people.set('ada', { id: 'ada', status: 'named', name: 'Ada', number: null, faces: 1, lastSeen: null, mayBe: null });
    const wish = { who: { kind: 'person', personId: 'ada' }, camera: null, hours: null } as const;
    await rig.subscriptions.add({ platform: 'slack', member: 'U1' }, wish, never);
    await rig.join('s1', [comparableFace()]);
    await rig.settle();
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace()]);
    await rig.settle();
    expect(rig.messages).toEqual([{ member: 'U1', summary: expect.stringContaining('Ada') }]);
  });

  it('is told nothing of others', async () => {
    const rig = startVisitRig();
    const wish = { who: { kind: 'person', personId: 'grace' }, camera: null, hours: null } as const;
    await rig.subscriptions.add({ platform: 'slack', member: 'U1' }, wish, never);
    await rig.join('s1', [comparableFace()]);
    await rig.settle();
    expect(rig.messages).toEqual([]);
  });
});

describe('a subscriber who is not in the results channel', () => {
  const wish = { who: { kind: 'anybody' }, camera: null, hours: null } as const;
  const told = async (permission: 'no' | 'unknown') => {
    const rig = startVisitRig();
    await rig.subscriptions.add({ platform: 'slack', member: 'U1' }, wish, never);
    await rig.subscriptions.add({ platform: 'slack', member: 'U2' }, wish, never);
    rig.permissions.set('U2', permission);
    await rig.join('s1', [comparableFace()]);
    await rig.settle();
    expect(rig.messages.map(({ member }) => member)).toEqual(['U1']);
    return rig;
  };

  it('is told nothing, and the subscriptions have ended', async () => {
    const rig = await told('no');
    expect(await rig.subscriptions.list({ platform: 'slack', member: 'U2' }, never)).toEqual([]);
    expect(await rig.subscriptions.list({ platform: 'slack', member: 'U1' }, never)).toHaveLength(1);
  });

  it('is told nothing while that cannot be found out, and stays subscribed', async () => {
    const rig = await told('unknown');
    expect(await rig.subscriptions.list({ platform: 'slack', member: 'U2' }, never)).toHaveLength(1);
  });
});

describe('a notice', () => {
  it('that no longer exists fails for good', async () => {
    await expect(startVisitRig().run({ v: 1, kind: 'notice', noticeId: 'digest-none' })).rejects.toMatchObject({ code: 'notice-missing' });
  });
});

describe('the contact sheet', () => {
  it('shows each face with its label, and a grey field for one whose picture is gone', async () => {
    const red = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#ff0000' } })
      .jpeg()
      .toBuffer();
    const cells = [
      { snapshotId: 's1', position: 0, label: '1: Ada' },
      { snapshotId: 's2', position: 0, label: `2: ${'W'.repeat(80)}` },
    ];
    const bytes = await drawSheet(cells, { crop: async (id) => (id === 's1' ? red : null) }, never);
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number, y: number): number[] => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
    expect(pixel(100, 100)[0]).toBeGreaterThan(230);
    expect(pixel(100, 100)[1]).toBeLessThan(40);
    expect(Math.abs(pixel(300, 100)[0]! - 0xd0)).toBeLessThan(8);
    // The long label stays within the sheet's margin.
    expect(Math.min(...pixel(info.width - 3, 218))).toBeGreaterThan(230);
  });
});
