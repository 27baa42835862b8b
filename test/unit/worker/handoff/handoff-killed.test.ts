import { AppError } from '@watchpost/shared/errors';
import type { Feed } from '@watchpost/feeds/feed';
import { handoffTasks } from '@watchpost/worker/handoff/expired';
import { createDestination } from '@watchpost/handoff/create-destination';
import type { HandoffDeps } from '@watchpost/worker/handoff/pipeline';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describe, expect, it } from 'vitest';
import { never } from '../../../support/each-store.ts';
import { feedOf, writtenMessageOf } from '../../../support/feed-samples.ts';
import { drawn, handoffRig, picturesTo, type HandoffRig } from '../../../support/handoff-rig.ts';

const at = { channel: 'slack:C1', messageId: writtenMessageOf('').messageId } as const;
const newRig = async (feeds: readonly Feed[] = [feedOf({ pictures: picturesTo('away') })]): Promise<HandoffRig> => {
  const rig = handoffRig(feeds);
  for (const [id, colour] of [
    ['F1', 'red'],
    ['F2', 'lime'],
  ] as const)
    rig.files.set(id, await drawn(colour));
  return rig;
};
const names = (rig: HandoffRig, place = 'away'): string[] => [...rig.placeOf(place).files.keys()];
const remove = async (rig: HandoffRig, feed: Feed): Promise<unknown> =>
  rig.entries.apply(feed, { kind: 'deleted', ...at, atUs: 1_700_000_200_000_000 }, never);

/** The same deps of a process that is killed at its `step`th call of anything outside: before it, or when it is done but nobody knows. */
function mortal(deps: HandoffDeps, step: number, when: 'before' | 'after'): { deps: HandoffDeps; calls: () => number } {
  let calls = 0;
  let isDead = false;
  const dead = new AppError('internal', 'killed');
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (isDead) throw dead;
          calls += 1;
          isDead = calls === step;
          if (isDead && when === 'before') throw dead;
          const result: unknown = await Reflect.apply(value, target, args);
          if (isDead) throw dead;
          return result;
        };
      },
    });
  const { createDestination: create = createDestination, platformFor } = deps;
  return {
    calls: () => calls,
    deps: {
      ...deps,
      documents: wrap(deps.documents),
      entries: wrap(deps.entries),
      keptPictures: wrap(deps.keptPictures),
      createDestination: (...args) => wrap(create(...args)),
      platformFor: (channel) => {
        const platform = platformFor(channel);
        return { ...platform, chat: wrap(platform.chat), reactions: platform.reactions && wrap(platform.reactions) };
      },
    },
  };
}

/** How many calls a whole job makes. */
async function callsOfAJob(): Promise<number> {
  const rig = await newRig();
  await rig.say(['F1', 'F2']);
  const whole = mortal(rig.deps, Infinity, 'before');
  await rig.run({}, rig.feeds[0], whole.deps);
  return whole.calls();
}

describe.each(['before', 'after'] as const)('a worker that is killed %s any step', (when) => {
  it('is followed by one that brings each picture once', async () => {
    const steps = await callsOfAJob();
    expect(steps).toBeGreaterThan(20);
    for (let step = 1; step <= steps; step += 1) {
      const rig = await newRig();
      await rig.say(['F1', 'F2']);
      await rig.run({}, rig.feeds[0], mortal(rig.deps, step, when).deps).catch(() => undefined);
      rig.clock.ms += 60_000;
      await rig.run();
      const { pictures } = await rig.entry();
      expect(pictures.map(({ state }) => state)).toEqual(['there', 'there']);
      expect(new Set(pictures.map(({ name }) => name))).toEqual(new Set(names(rig)));
      expect(names(rig)).toHaveLength(2);
      const left = new Set<string>();
      for (const mark of rig.marks) left[mark.startsWith('+') ? 'add' : 'delete'](mark.slice(1));
      expect([...left]).toEqual(['rocket']);
    }
  });

  it('leaves nothing of a message that is deleted then', async () => {
    const steps = await callsOfAJob();
    for (let step = 1; step <= steps; step += 1) {
      const rig = await newRig();
      await rig.say(['F1', 'F2']);
      await rig.run({}, rig.feeds[0], mortal(rig.deps, step, when).deps).catch(() => undefined);
      await remove(rig, rig.feeds[0]!);
      rig.clock.ms += 60_000;
      await rig.run();
      expect(names(rig)).toEqual([]);
      expect((await rig.entry()).pictures).toEqual([]);
    }
  });

  it('is followed by one that removes what was to be removed', async () => {
    for (let step = 1; step <= 25; step += 1) {
      const rig = await newRig();
      await rig.say(['F1', 'F2']);
      await rig.run();
      await remove(rig, rig.feeds[0]!);
      await rig.run({}, rig.feeds[0], mortal(rig.deps, step, when).deps).catch(() => undefined);
      rig.clock.ms += 60_000;
      await rig.run();
      expect(names(rig)).toEqual([]);
      expect((await rig.entry()).pictures).toEqual([]);
    }
  });
});

describe('several feeds of one channel', () => {
  const feeds = [feedOf({ slug: 'one', pictures: picturesTo('first') }), feedOf({ slug: 'two', pictures: picturesTo('second') })] as const;

  it('each has its own destination, and the author sees a rocket when both are there', async () => {
    const rig = await newRig(feeds);
    await rig.say(['F1']);
    rig.placeOf('second').isThere = () => false;
    await rig.run({}, feeds[0]);
    await expect(rig.run({}, feeds[1])).rejects.toMatchObject({ code: 'handoff-waiting' });
    expect([names(rig, 'first').length, names(rig, 'second').length]).toEqual([1, 1]);
    expect(rig.marks.at(-1)).not.toBe('+rocket');
    const shown = (): string[] =>
      [...new Set(rig.marks.filter((mark) => mark.startsWith('+')).map((mark) => mark.slice(1)))].filter(
        (emoji) => rig.marks.lastIndexOf(`+${emoji}`) > rig.marks.lastIndexOf(`-${emoji}`),
      );
    expect(shown()).toEqual(['clock1']);
    rig.placeOf('second').isThere = () => true;
    await rig.run({}, feeds[1]);
    expect(shown()).toEqual(['rocket']);
  });

  it('a place that moves gets what is new; what is there stays until it goes', async () => {
    const rig = await newRig([feeds[0]]);
    await rig.say(['F1']);
    await rig.run({}, feeds[0]);
    const moved = feedOf({ slug: 'one', pictures: picturesTo('third') });
    const get = (): Feed => moved;
    expect(await rig.run({}, feeds[0], { ...rig.deps, feeds: { get } })).toBe('idle');
    await remove(rig, moved);
    await rig.run({}, feeds[0], { ...rig.deps, feeds: { get } });
    expect([names(rig, 'first'), names(rig, 'third')]).toEqual([[], []]);
  });
});

describe('the reactions that tell the author', () => {
  it('a platform that takes none is warned of once, and the pictures come', async () => {
    const rig = await newRig();
    const warned: string[] = [];
    const log = createLogger('test', 'warn', { write: (line: string) => void warned.push(line) });
    rig.reactions.fault = new AppError('chat-not-authorised', 'missing_scope: reactions:write');
    await rig.say(['F1']);
    await rig.run({}, rig.feeds[0], { ...rig.deps, log });
    expect((await rig.entry()).pictures).toMatchObject([{ state: 'there' }]);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('reactions:write');
  });

  it('a platform that has no time for them is asked again when the pictures are there', async () => {
    const rig = await newRig();
    await rig.say(['F1']);
    rig.reactions.fault = new AppError('chat-rate-limited', 'too many', { retryAfterMs: 1_000 });
    await expect(rig.run()).rejects.toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 1_000 });
    expect((await rig.entry()).pictures).toMatchObject([{ state: 'there' }]);
    rig.reactions.fault = null;
    expect(await rig.run()).toBe('idle');
    expect([rig.marks, rig.downloads]).toEqual([['+rocket'], ['F1']]);
  });
});

describe('a picture that readers are to see no longer', () => {
  it('one that its destination does not let go of holds up no other, nor what comes in its place, and is tried again', async () => {
    const feed = feedOf({ pictures: picturesTo('away') });
    const rig = await newRig([feed]);
    await rig.say(['F1', 'F2']);
    await rig.run();
    const [first] = names(rig);
    const { createDestination } = rig.deps;
    const refused = new AppError('destination-refused', 'check the password');
    const refusing: typeof createDestination = (...of) => {
      const place = createDestination!(...of);
      return { ...place, remove: async (name, signal) => (name === first ? Promise.reject(refused) : place.remove(name, signal)) };
    };
    rig.files.set('F3', await drawn('blue'));
    await rig.say(['F3'], { isEdited: true, atUs: 1_700_000_050_000_000 });
    const again = { code: 'handoff-waiting', retryAfterMs: 60_000, message: expect.stringContaining('check the password') as string };
    await expect(rig.run({}, feed, { ...rig.deps, createDestination: refusing })).rejects.toMatchObject(again);
    expect(names(rig)).toHaveLength(2);
    expect((await rig.entry()).pictures.map(({ fileId, state }) => `${fileId} ${state}`)).toEqual(['F3 there', 'F1 there']);
    await rig.run();
    expect(names(rig)).toHaveLength(1);
    expect((await rig.entry()).pictures.map(({ fileId, state }) => `${fileId} ${state}`)).toEqual(['F3 there']);
  });
});

describe('entries whose time is over', () => {
  const feed = feedOf({ keepMs: 3_600_000, pictures: picturesTo('away') });
  const expire = async (rig: HandoffRig): Promise<void> => {
    for (const { run } of handoffTasks(rig.deps)) await run(never);
  };

  it('leave no picture behind', async () => {
    const rig = await newRig([feed]);
    await rig.say(['F1']);
    await rig.run();
    await expire(rig);
    expect(names(rig)).toHaveLength(1);
    rig.clock.ms += 3_600_001;
    // Its time is over, and the database has not removed it yet.
    await expire(rig);
    expect(names(rig)).toHaveLength(1);
    await rig.documents.expire(never);
    rig.clock.ms += 3_600_001;
    await expire(rig);
    expect(names(rig)).toEqual([]);
  });

  it('a picture of a deleted message goes even where its job has given up, long before the time of the entry is over', async () => {
    const kept = feedOf({ pictures: picturesTo('away') });
    const rig = await newRig([kept]);
    const [entry] = await rig.say(['F1', 'F2']);
    await rig.run();
    const { channel, messageId } = entry!;
    await rig.entries.apply(kept, { kind: 'deleted', channel, messageId, atUs: 1_700_000_200_000_000 }, never);
    rig.placeOf('away').onRemove = async () => Promise.reject(new AppError('destination-unavailable', 'away'));
    await expect(rig.run()).rejects.toMatchObject({ code: 'handoff-waiting' });
    rig.placeOf('away').onRemove = async () => undefined;
    await expire(rig);
    expect(names(rig)).toHaveLength(2);
    rig.clock.ms += 900_001;
    await expire(rig);
    expect(names(rig)).toEqual([]);
  });

  it('a destination that does not answer is asked again an hour later', async () => {
    const rig = await newRig([feed]);
    await rig.say(['F1']);
    await rig.run();
    rig.clock.ms += 2 * 3_600_000;
    await rig.documents.expire(never);
    const away = async (): Promise<never> => Promise.reject(new AppError('destination-unavailable', 'away'));
    const place = rig.deps.createDestination!(picturesTo('away').destination, { slug: 'news', kept: rig.keptPictures, expiresAtMs: null });
    for (const { run } of handoffTasks({ ...rig.deps, createDestination: () => ({ ...place, remove: away }) })) await run(never);
    await expire(rig);
    expect(names(rig)).toHaveLength(1);
    rig.clock.ms += 3_600_001;
    await expire(rig);
    expect(names(rig)).toEqual([]);
  });
});

describe('pictures in the database', () => {
  it('are served from where they are kept, each under a name of its own, and are gone with their message', async () => {
    const feed = feedOf();
    const rig = await newRig([feed]);
    const deps = { ...rig.deps, createDestination };
    await rig.say(['F1', 'F2']);
    await rig.run({}, feed, deps);
    const { pictures } = await rig.entry();
    expect(pictures.map(({ url, name }) => [url, name])).toEqual(pictures.map(({ name }) => [`/pictures/${String(name)}`, name]));
    const kept = await rig.keptPictures.get(pictures[0]!.name!, never);
    expect([kept?.mimeType, kept?.bytes.length]).toEqual(['image/jpeg', pictures[0]?.sizeBytes]);
    await remove(rig, feed);
    await rig.run({}, feed, deps);
    for (const { name } of pictures) expect(await rig.keptPictures.get(name!, never)).toBeNull();
  });
});
