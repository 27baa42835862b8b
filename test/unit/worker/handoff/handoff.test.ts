import { AppError, toAppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { never } from '../../../support/each-store.ts';
import { approvalSample, feedOf, writtenMessageOf } from '../../../support/feed-samples.ts';
import { drawn, handoffRig, picturesTo, waitedFor, type HandoffRig } from '../../../support/handoff-rig.ts';

const feed = feedOf({ pictures: picturesTo('away') });
const at = { channel: 'slack:C1', messageId: writtenMessageOf('').messageId } as const;
let rig: HandoffRig;
beforeEach(async () => {
  rig = handoffRig([feed]);
  for (const [id, colour] of [
    ['F1', 'red'],
    ['F2', 'lime'],
    ['F3', 'blue'],
  ] as const)
    rig.files.set(id, await drawn(colour));
});
const statesOf = async (): Promise<string[]> => (await rig.entry()).pictures.map(({ fileId, state }) => `${fileId} ${state}`);
const names = (): string[] => [...rig.placeOf('away').files.keys()];
const remove = async (): Promise<unknown> => rig.entries.apply(feed, { kind: 'deleted', ...at, atUs: 1_700_000_200_000_000 }, never);

describe('the pictures of a message', () => {
  it('all of them come to readers, the second one and a PNG too', async () => {
    rig.files.set('F2', await drawn('lime', 'png'));
    await rig.say(['F1', 'F2', 'F3']);
    expect(await statesOf()).toEqual(['F1 waiting', 'F2 waiting', 'F3 waiting']);
    await rig.run();
    const { pictures } = await rig.entry();
    expect(pictures).toMatchObject([
      { fileId: 'F1', state: 'there', mimeType: 'image/jpeg', widthPx: 40, heightPx: 30 },
      { fileId: 'F2', state: 'there', mimeType: 'image/png' },
      { fileId: 'F3', state: 'there' },
    ]);
    expect(pictures.map(({ name }) => name)).toEqual(names());
    expect(names()).toEqual([
      expect.stringMatching(/^news-1700000000-000000-[0-9a-f]{12}\.jpg$/),
      expect.stringMatching(/\.png$/),
      expect.stringMatching(/\.jpg$/),
    ]);
    expect(pictures[0]?.sizeBytes).toBe(rig.placeOf('away').files.get(names()[0]!)?.length);
    expect(rig.marks).toEqual(['+clock1', '+rocket', '-clock1']);
  });

  it('a second job of the same message has nothing to do', async () => {
    await rig.say(['F1']);
    await rig.run();
    expect(await rig.run()).toBe('idle');
    expect(rig.downloads).toEqual(['F1']);
    expect(rig.marks).toHaveLength(3);
  });

  it('the same bytes in two messages, and twice in one, are pictures of their own', async () => {
    rig.files.set('F2', await drawn('red'));
    await rig.say(['F1', 'F2', 'F1']);
    await rig.run();
    expect(new Set(names()).size).toBe(2);
    expect(rig.downloads).toEqual(['F1', 'F2']);
  });

  it('a name stands for one content: the same file at another width has another', async () => {
    await rig.say(['F1']);
    await rig.run();
    const other = handoffRig([feed]);
    other.files.set('F1', await drawn('blue'));
    await other.say(['F1']);
    await other.run();
    const narrow = handoffRig([{ ...feed, pictures: { ...picturesTo('away'), widthPx: 20 } }]);
    narrow.files.set('F1', await drawn('red'));
    await narrow.say(['F1']);
    await narrow.run();
    expect((await narrow.entry()).pictures[0]?.widthPx).toBe(20);
    expect(new Set([rig, other, narrow].flatMap((each) => [...each.placeOf('away').files.keys()])).size).toBe(3);
  });

  it('no bot is told how far its pictures are', async () => {
    await rig.say(['F1'], { author: { member: 'U0BOT', bot: 'B1', app: 'A1' } });
    await rig.run();
    expect(await statesOf()).toEqual(['F1 there']);
    expect(rig.marks).toEqual([]);
  });

  it('HEIC comes as the thumbnail that the platform made; a bitmap is decoded', async () => {
    rig.files.set('F1', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
    rig.files.set('F1 thumbnail', await drawn('red'));
    rig.files.set('F2', bitmap());
    await rig.say(['F1', 'F2']);
    await rig.run();
    expect(await statesOf()).toEqual(['F1 there', 'F2 there']);
    expect(rig.downloads).toEqual(['F1', 'F1 thumbnail', 'F2']);
  });

  it('the picture of a board is drawn for it, and nobody is told by a reaction', async () => {
    const board = feedOf({ source: 'visits', pictures: picturesTo('away') });
    rig = handoffRig([board]);
    await rig.say(['visit:V1:0123456789abcdef'], { author: { member: null, bot: 'B0WATCH', app: null } });
    await rig.run();
    expect(rig.downloads).toEqual(['visit:V1:0123456789abcdef']);
    expect(names()).toHaveLength(1);
    expect(rig.marks).toEqual([]);
  });

  it('pictures of a message that waits for approval are not touched, until somebody approves it', async () => {
    const held = feedOf({ approval: approvalSample, pictures: picturesTo('away') });
    rig = handoffRig([held]);
    rig.files.set('F1', await drawn('red'));
    await rig.say(['F1']);
    expect(await rig.run()).toBe('idle');
    expect([rig.downloads, rig.marks, names()]).toEqual([[], [], []]);
    const approve = async (isSet: boolean, atUs: number): Promise<unknown> =>
      rig.entries.apply(held, { kind: 'mark', ...at, mark: { emoji: 'white_check_mark', member: 'U9' }, isSet, atUs }, never);
    await approve(true, 1_700_000_050_000_000);
    await rig.run();
    expect(names()).toHaveLength(1);
    await approve(false, 1_700_000_060_000_000);
    await rig.run();
    expect(names()).toEqual([]);
    expect((await rig.entry()).pictures).toEqual([]);
    expect(rig.marks).toEqual(['+clock1', '+rocket', '-clock1', '-rocket']);
  });
});

describe('what readers are no longer to see', () => {
  it('leaves with its message', async () => {
    await rig.say(['F1', 'F2']);
    await rig.run();
    await remove();
    expect(await statesOf()).toEqual(['F1 there', 'F2 there']);
    await rig.run();
    expect(names()).toEqual([]);
    expect((await rig.entry()).pictures).toEqual([]);
    // Nothing is asked of a message that is gone.
    expect(rig.marks).toHaveLength(3);
  });

  it('leaves when an edit takes it out, and the one in its place comes', async () => {
    await rig.say(['F1', 'F2']);
    await rig.run();
    const [, second] = names();
    await rig.say(['F2', 'F3'], { isEdited: true, atUs: 1_700_000_050_000_000 });
    await rig.run();
    expect(await statesOf()).toEqual(['F2 there', 'F3 there']);
    expect(names()).toHaveLength(2);
    expect(names()[0]).toBe(second);
    expect(rig.downloads).toEqual(['F1', 'F2', 'F3']);
  });

  it('a message that is deleted while its picture is written loses it, whichever job comes last', async () => {
    await rig.say(['F1']);
    rig.placeOf('away').onPut = remove.bind(null) as () => Promise<void>;
    await rig.run();
    expect(names()).toEqual([]);
    expect((await rig.entry()).pictures).toEqual([]);
    expect(await rig.run()).toBe('idle');
  });

  it('what is withdrawn and wanted again while it is removed comes back', async () => {
    const held = feedOf({ approval: approvalSample, pictures: picturesTo('away') });
    rig = handoffRig([held]);
    rig.files.set('F1', await drawn('red'));
    await rig.say(['F1']);
    const approve = async (isSet: boolean, atUs: number): Promise<void> =>
      void (await rig.entries.apply(held, { kind: 'mark', ...at, mark: { emoji: 'white_check_mark', member: 'U9' }, isSet, atUs }, never));
    await approve(true, 1_700_000_050_000_000);
    await rig.run();
    await approve(false, 1_700_000_060_000_000);
    rig.placeOf('away').onRemove = async () => approve(true, 1_700_000_070_000_000);
    await rig.run();
    rig.placeOf('away').onRemove = async () => undefined;
    await rig.run();
    expect(await statesOf()).toEqual(['F1 there']);
    expect(names()).toHaveLength(1);
  });

  it('a job that comes while another one works waits for it', async () => {
    await rig.say(['F1']);
    const second: unknown[] = [];
    rig.placeOf('away').onPut = async () => {
      second.push(await rig.run().catch((error: unknown) => error));
    };
    await rig.run();
    expect(second).toMatchObject([{ code: 'handoff-busy', retryAfterMs: 500 }]);
  });
});

describe('pictures that cannot be brought', () => {
  it('one that is damaged is left out, the others come, and the author sees an x', async () => {
    rig.files.set('F1', Buffer.from('\xff\xd8\xff\xe0 and no more', 'latin1'));
    await rig.say(['F1', 'F2']);
    await rig.run();
    expect(await statesOf()).toEqual(['F1 failed', 'F2 there']);
    expect(rig.marks).toEqual(['+clock1', '+x', '-clock1']);
  });

  it.each([
    ['file-gone', 'failed', undefined],
    ['file-too-large', 'failed', undefined],
    ['download-failed', 'waiting', 'download-failed'],
    ['chat-rate-limited', 'waiting', 'chat-rate-limited'],
  ] as const)('%s leaves it %s', async (code, state, thrown) => {
    rig.files.set('F1', new AppError(code, 'as the platform says', code === 'chat-rate-limited' ? { retryAfterMs: 1_000 } : {}));
    await rig.say(['F1', 'F2']);
    const ended = await rig.run().then(
      () => undefined,
      (error: unknown) => toAppError(error).code,
    );
    expect(ended).toBe(thrown);
    expect(await statesOf()).toEqual([`F1 ${state}`, 'F2 there']);
    expect(rig.marks.slice(0, 2)).toEqual(state === 'waiting' ? ['+clock1'] : ['+clock1', '+x']);
  });

  it('what does not pass within all attempts fails', async () => {
    rig.files.set('F1', new AppError('download-failed', 'HTTP 502'));
    await rig.say(['F1']);
    await rig.run({ lastAttempt: true });
    expect(await statesOf()).toEqual(['F1 failed']);
  });

  it('a need that is missing holds the job, and fails nothing', async () => {
    rig.files.set('F1', new AppError('chat-not-authorised', 'missing_scope'));
    await rig.say(['F1']);
    await expect(rig.run({ lastAttempt: true })).rejects.toMatchObject({ code: 'chat-not-authorised' });
    expect(await statesOf()).toEqual(['F1 waiting']);
  });

  it('a destination that refuses is tried again for a day; what is repaired then comes', async () => {
    await rig.say(['F1']);
    const refused = new AppError('destination-refused', 'check the password');
    rig.placeOf('away').onPut = async () => Promise.reject(refused);
    const again = { code: 'handoff-waiting', message: 'check the password', retryAfterMs: 60_000 };
    await expect(rig.run()).rejects.toMatchObject(again);
    expect(await statesOf()).toEqual(['F1 failed']);
    expect(rig.marks).toEqual(['+clock1', '+x', '-clock1']);
    rig.clock.ms += 23 * 3_600_000;
    await expect(rig.run()).rejects.toMatchObject(again);
    rig.placeOf('away').onPut = async () => undefined;
    await rig.run();
    expect(await statesOf()).toEqual(['F1 there']);
    expect(rig.marks).toEqual(['+clock1', '+x', '-clock1', '+rocket', '-x']);
  });

  it('a destination that refuses for longer is given up', async () => {
    await rig.say(['F1']);
    rig.placeOf('away').onPut = async () => Promise.reject(new AppError('destination-refused', 'check the password'));
    await expect(rig.run()).rejects.toMatchObject({ code: 'handoff-waiting' });
    rig.clock.ms += 24 * 3_600_000;
    await rig.run();
    expect(await statesOf()).toEqual(['F1 failed']);
  });

  it('a feed that this process does not know yet is waited for', async () => {
    await rig.say(['F1']);
    await expect(rig.run({}, feedOf({ slug: 'other' }))).rejects.toMatchObject({ code: 'handoff-waiting', retryAfterMs: 60_000 });
  });
});

describe('a place that takes a while', () => {
  it('is asked again by the job itself, without another download, until the picture is there', async () => {
    await rig.say(['F1']);
    rig.placeOf('away').isThere = () => false;
    await expect(rig.run()).rejects.toMatchObject({ code: 'handoff-waiting', retryAfterMs: waitedFor.everyMs });
    await expect(rig.run()).rejects.toMatchObject({ code: 'handoff-waiting' });
    expect(await statesOf()).toEqual(['F1 waiting']);
    expect(rig.marks).toEqual(['+clock1']);
    rig.placeOf('away').isThere = () => true;
    await rig.run();
    expect(await statesOf()).toEqual(['F1 there']);
    expect(rig.downloads).toEqual(['F1']);
    expect(rig.marks).toEqual(['+clock1', '+rocket', '-clock1']);
  });

  it('is asked so often as was set; then the author sees an x', async () => {
    await rig.say(['F1']);
    rig.placeOf('away').isThere = () => false;
    for (let look = 1; look < waitedFor.times; look += 1) await rig.run().catch(() => undefined);
    expect(rig.marks).toEqual(['+clock1']);
    await expect(rig.run()).rejects.toMatchObject({ code: 'handoff-waiting', retryAfterMs: 60_000 });
    expect(await statesOf()).toEqual(['F1 failed']);
    expect(rig.marks).toEqual(['+clock1', '+x', '-clock1']);
    expect(rig.placeOf('away').looks).toBe(waitedFor.times);
  });
});

/** A bitmap of two pixels by two, 24 bits each. */
function bitmap(): Buffer {
  const file = Buffer.alloc(54 + 16, 0x80);
  file.fill(0, 0, 54);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(2, 18);
  file.writeInt32LE(2, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.writeUInt32LE(16, 34);
  return file;
}
