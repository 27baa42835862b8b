import { boardsWithout } from '@watchpost/cli/support/boards-without';
import type { Feed } from '@watchpost/feeds/feed';
import { beforeEach, describe, expect, it } from 'vitest';
import { boardOf, startBoardRig, type BoardRig } from '../../../support/board-rig.ts';
import { eve, face } from '../../../support/visit-samples.ts';

const never = new AbortController().signal;

let board: BoardRig;
beforeEach(() => {
  board = startBoardRig();
});

/** The boards are restored from a backup of now, over a database that had forgotten Ada. */
async function restored(): Promise<void> {
  const { documents } = board.rig;
  const without = boardsWithout({ personIds: ['ada'], names: ['Ada'] });
  const all = [];
  for (const kind of ['visit', 'entry']) all.push(...(await documents.find({ kind, order: 'oldest', limit: 99 }, never)));
  const lines = all.map(({ kind: of, keys, body, ...document }) => ({
    kind: 'document' as const,
    of,
    keys: [...keys],
    body: body ?? null,
    ...document,
  }));
  for (const line of lines) without.see(line);
  for (const line of lines) {
    const left = without.change(line);
    if (left && left !== line) await documents.put({ ...left, kind: left.of, revision: line.revision }, never);
  }
}

const follow = async (): Promise<void> => {
  await board.rig.visiting.tasks.find(({ name }) => name === 'follow')?.run(never);
  await board.rig.settle();
};

describe('a board that was restored without somebody', () => {
  it.each<[string, Partial<Feed>]>([
    ['is open to all', {}],
    ['needs an approval', { approval: { emoji: ['white_check_mark'], by: ['UEDITOR'], edits: 'hold' } }],
  ])('says who else was there as soon as a worker follows, where it %s', async (_what, over) => {
    board.rig.feeds = [boardOf(over)];
    await board.rig.join('a', [face(0), face(1, { person: eve })]);
    await board.rig.settle();
    if (over.approval) await board.reacts('white_check_mark', 'UEDITOR');
    expect(await board.shows()).toContain('Ada');
    await follow();
    await restored();
    expect(await board.shows()).toBeNull();
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
    board.rig.nowMs += 5_000;
    board.rig.forgotten.add('ada');
    board.rig.faces.set('a', [face(1, { person: eve })]);
    board.rig.changes = { version: board.rig.changes.version + 1, personIds: ['ada'] };
    await follow();
    board.rig.nowMs += 5_000;
    if (over.approval) await board.reacts('white_check_mark', 'UEDITOR');
    expect(await board.shows()).toMatch(/\nEve · very likely$/);
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });
});
