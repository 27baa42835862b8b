import type { Feed } from '@watchpost/feeds/feed';
import { jobId } from '@watchpost/shared/jobs/job-kinds';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { boardOf, startBoardRig, type BoardRig } from '../../../support/board-rig.ts';
import { writtenMessageOf } from '../../../support/feed-samples.ts';
import { eve, face, postman, stranger, unknown12, unknown7 } from '../../../support/visit-samples.ts';

const never = new AbortController().signal;
const ignored = (position: number) => face(position, { person: postman });

let board: BoardRig;
beforeEach(() => {
  board = startBoardRig();
});

/** A visit of one snapshot, through the whole pipeline. */
async function visitOf(faces: Parameters<BoardRig['rig']['join']>[1], name = 'a'): Promise<void> {
  await board.rig.join(name, faces);
  await board.rig.settle();
}

/** The gallery has changed somebody, and the posts follow. */
async function changed(personId: string, faces: Parameters<BoardRig['rig']['join']>[1]): Promise<void> {
  const follow = board.rig.visiting.tasks.find(({ name }) => name === 'follow')!;
  // From here on.
  await follow.run(never);
  board.rig.nowMs += 5_000;
  board.rig.faces.set('a', faces);
  board.rig.changes = { version: board.rig.changes.version + 1, personIds: [personId] };
  await follow.run(never);
  await board.rig.settle();
}

const withPeople = (people: Partial<Feed['people']>): Feed => boardOf({ people: { ...boardOf().people, ...people } });

describe('a visit on a board', () => {
  it('says where, when and who was there, as soon as it is posted', async () => {
    await visitOf([face(0), stranger(1)]);
    expect(await board.shows()).toBe('Front door · 13:00 · 1 snapshot\nAda · very likely\nUnknown 7 · seen before');
    expect(await board.entry()).toMatchObject({ author: { member: null, bot: null, app: null }, channel: 'slack:CRESULTS' });
  });

  it('has the clock of the board', async () => {
    board.rig.feeds = [boardOf({ timeZone: 'Asia/Tokyo' })];
    await visitOf([face(0)]);
    expect(await board.shows()).toContain('Front door · 22:00 ·');
  });

  it.each([
    ['shows unknown persons', 'show', 'Ada · very likely\nUnknown 7 · seen before'],
    ['only counts unknown persons', 'blur', 'Ada · very likely\nand 1 more person'],
    ['leaves unknown persons out', 'leave-out', 'Ada · very likely'],
  ] as const)('%s where the board wants that', async (_what, unknown, who) => {
    board.rig.feeds = [withPeople({ unknown })];
    await visitOf([face(0), stranger(1)]);
    expect((await board.shows())?.split('\n').slice(1).join('\n')).toBe(who);
  });

  it('never names anybody who is ignored', async () => {
    board.rig.feeds = [withPeople({ ignored: 'blur' }), { ...withPeople({ ignored: 'leave-out' }), slug: 'second' }];
    await visitOf([face(0), ignored(1)]);
    expect(await board.shows()).toContain('\nand 1 more person');
    expect((await board.shows('second'))?.split('\n')).toHaveLength(2);
    for (const slug of ['board', 'second']) expect(JSON.stringify(await board.entry(slug))).not.toContain('Postman');
  });

  it('never says a name that is not sure', async () => {
    await visitOf([face(0), face(1, { decision: 'uncertain', person: null, mayBe: eve.name, mayBeId: eve.id } as never)]);
    expect(await board.shows()).toContain('Somebody · not sure who');
    expect(JSON.stringify(await board.entry())).not.toContain('Eve');
  });

  it('is not shown where nobody is left, and nothing of it is kept', async () => {
    board.rig.feeds = [withPeople({ unknown: 'leave-out' })];
    await visitOf([stranger(0)]);
    expect(await board.entry()).toBeNull();
  });

  it('follows when somebody is named', async () => {
    await visitOf([stranger(0)]);
    await changed(unknown7.id, [face(0)]);
    expect(await board.shows()).toContain('\nAda');
    expect(JSON.stringify(await board.entry())).not.toContain('Unknown 7');
  });

  it('is withdrawn when nobody is left whom it shows, and comes back with them', async () => {
    board.rig.feeds = [withPeople({ unknown: 'leave-out' })];
    await visitOf([face(0)]);
    await changed('ada', [stranger(0)]);
    expect(await board.entry()).toMatchObject({ published: null });
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
    await changed(unknown7.id, [face(0)]);
    expect(await board.shows()).toContain('\nAda');
  });

  it('goes when somebody deletes its post', async () => {
    await visitOf([face(0)]);
    const posted = board.rig.posts.messages[0]!;
    posted.isDeleted = true;
    await changed('ada', [face(0, { person: eve })]);
    expect(await board.entry()).toMatchObject({ published: null, deletedAtUs: expect.any(Number) as number });
  });

  it('goes before the visit expires: nobody could take a name out of it any more', async () => {
    await visitOf([face(0)]);
    const task = board.parts.feedTasks.find(({ name }) => name === 'board');
    board.rig.nowMs += 30 * 86_400_000 - 7_200_000;
    await task!.run(never);
    expect(await board.shows()).not.toBeNull();
    board.rig.nowMs += 7_000_000;
    await task!.run(never);
    expect(await board.entry()).toMatchObject({ published: null, deletedAtUs: expect.any(Number) as number });
  });

  it('stays where only the clock of the process is ahead', async () => {
    await visitOf([face(0)]);
    vi.useFakeTimers({ now: board.rig.nowMs + 31 * 86_400_000, toFake: ['Date'] });
    try {
      await board.parts.feedTasks.find(({ name }) => name === 'board')!.run(never);
    } finally {
      vi.useRealTimers();
    }
    expect(await board.shows()).not.toBeNull();
  });

  it('loses a name even where its post is too old to be edited', async () => {
    await visitOf([face(0), stranger(1)]);
    board.rig.nowMs += 20 * 86_400_000;
    board.rig.forgotten.add('ada');
    await changed('ada', [stranger(0, { person: unknown12 }), stranger(1)]);
    expect(await board.shows()).toContain('Unknown 12');
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });

  it('loses a name in an old post that was corrected already on the same day', async () => {
    const queued: string[] = [];
    const { sender } = board.rig.deps;
    const send = sender.send.bind(sender);
    // As the queue does it: a job that was done is not done again.
    sender.send = async (job, options) => {
      const id = jobId(job.kind, job as never);
      if (!queued.includes(id)) await send(job, options);
      queued.push(id);
    };
    await visitOf([face(0), stranger(1)]);
    board.rig.nowMs += 20 * 86_400_000;
    await changed('ada', [face(0, { person: { ...eve, id: 'ada', name: 'Ada Lovelace' } }), stranger(1)]);
    expect(await board.shows()).toContain('Ada Lovelace');
    board.rig.forgotten.add('ada');
    await changed('ada', [stranger(0, { person: unknown12 }), stranger(1)]);
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });

  it.each([0, 20])('loses a name while its board is not in the file, for when it comes back: %i days later', async (days) => {
    await visitOf([face(0)]);
    await board.parts.feedTasks.find(({ name }) => name === 'boards-known')!.run(never);
    const boards = board.rig.feeds;
    board.rig.feeds = [];
    board.rig.nowMs += days * 86_400_000;
    board.rig.forgotten.add('ada');
    await changed('ada', [stranger(0, { person: unknown12 })]);
    board.rig.feeds = boards;
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });

  it('is nothing to feeds of messages, nor to channels without a board', async () => {
    board.rig.feeds = [boardOf({ source: 'messages' }), boardOf({ slug: 'other', channel: 'slack:C1' })];
    await visitOf([face(0)]);
    expect(await board.entry()).toBeNull();
    expect(await board.entry('other')).toBeNull();
  });

  it('is not begun by a closed board, but goes on being corrected there', async () => {
    await visitOf([face(0)]);
    board.rig.feeds = [boardOf({ isOpen: false })];
    await changed('ada', [face(0, { person: eve })]);
    expect(await board.shows()).toContain('Eve');
    board.rig.nowMs += 3_600_000;
    await visitOf([face(0)], 'b');
    expect(await board.parts.entries.newest('board', { limit: 10 }, never)).toHaveLength(1);
  });
});

describe('a visit that needs approval', () => {
  const approval = { emoji: ['white_check_mark'], by: ['UEDITOR'], edits: 'hold' } as const;
  beforeEach(() => {
    board = startBoardRig([boardOf({ approval })]);
  });

  it('waits for it on its post', async () => {
    await visitOf([face(0)]);
    expect(await board.shows()).toBeNull();
    await board.reacts('white_check_mark', 'UREADER');
    expect(await board.shows()).toBeNull();
    await board.reacts('white_check_mark', 'UEDITOR');
    expect(await board.shows()).toContain('Ada');
    await board.reacts('white_check_mark', 'UEDITOR', false);
    expect(await board.shows()).toBeNull();
  });

  it('counts the reactions that its post has after an outage, and those that it has no more', async () => {
    await visitOf([face(0)]);
    const { channel, messageId } = (await board.entry())!;
    const checked = async (members: string[]) => {
      board.rig.nowMs += 60_000;
      const reactions = members.map((member) => ({ emoji: 'white_check_mark', member }));
      board.written = writtenMessageOf('a post', { channel, messageId, reactions });
      const id = `check-${String(board.rig.nowMs)}`;
      board.rig.queued.push({ v: 1, kind: 'entry', change: 'check', id, atUs: 0, channel, messageId, thread: null });
      await board.rig.settle();
    };
    await checked(['UREADER']);
    expect(await board.shows()).toBeNull();
    await checked(['UREADER', 'UEDITOR']);
    expect(await board.shows()).toContain('Ada');
    await checked(['UREADER']);
    expect(await board.shows()).toBeNull();
  });

  it('goes on showing what was approved while somebody new waits, but nobody who is gone', async () => {
    await visitOf([face(0)]);
    await board.reacts('white_check_mark', 'UEDITOR');
    await changed('ada', [face(0), face(1, { person: eve })]);
    expect(await board.shows()).not.toContain('Eve');
    expect(await board.shows()).toContain('Ada');
    board.rig.forgotten.add('ada');
    await changed('ada', [stranger(0), face(1, { person: eve })]);
    expect(await board.shows()).toBeNull();
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
    board.rig.nowMs += 1_000;
    await board.reacts('white_check_mark', 'UEDITOR');
    expect(await board.shows()).toContain('Eve');
  });

  it('waits again after a correction, though the platform’s clock is ahead of ours', async () => {
    await visitOf([face(0)]);
    board.rig.nowMs += 30_000;
    await board.reacts('white_check_mark', 'UEDITOR');
    board.rig.nowMs -= 30_000;
    await changed('ada', [face(0), face(1, { person: eve })]);
    expect(await board.shows()).toContain('Ada');
    expect(await board.shows()).not.toContain('Eve');
  });

  it('never names somebody who is gone after an approval that comes late', async () => {
    await visitOf([face(0)]);
    const beforeUs = board.rig.nowMs * 1_000 + 1;
    board.rig.forgotten.add('ada');
    await changed('ada', [stranger(0)]);
    const { channel, messageId } = (await board.entry())!;
    const reaction = { emoji: 'white_check_mark', member: 'UEDITOR' };
    board.rig.queued.push({
      v: 1,
      kind: 'entry',
      change: 'reaction',
      id: 'late',
      atUs: beforeUs,
      channel,
      messageId,
      reaction,
      isSet: true,
    });
    await board.rig.settle();
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });

  it('never names somebody who waited and is gone, while what was approved before stays', async () => {
    await visitOf([face(0)]);
    await board.reacts('white_check_mark', 'UEDITOR');
    await changed('ada', [face(0), face(1, { person: eve })]);
    const betweenUs = board.rig.nowMs * 1_000 + 10;
    board.rig.forgotten.add('eve');
    await changed('ada', [face(0), stranger(1)]);
    const { channel, messageId } = (await board.entry())!;
    const reaction = { emoji: 'white_check_mark', member: 'UEDITOR' };
    board.rig.queued.push({ v: 1, kind: 'entry', change: 'reaction', id: 'l', atUs: betweenUs, channel, messageId, reaction, isSet: true });
    await board.rig.settle();
    // Of what is sealed three letters may come by chance.
    expect(JSON.stringify(await board.entry()).replaceAll(/"sealed":"[^"]*"/g, '')).not.toContain('Eve');
  });
});
