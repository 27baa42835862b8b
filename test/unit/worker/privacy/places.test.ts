import { createKnownPosts, isRefusedNow } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { createDialogs } from '@watchpost/talk/dialogs';
import { boardsPlace } from '@watchpost/worker/privacy/boards-place';
import { dialogsPlace } from '@watchpost/worker/privacy/dialogs-place';
import { describe, expect, it } from 'vitest';
import { boardOf, startBoardRig, type BoardRig } from '../../../support/board-rig.ts';
import { comparableFace } from '../../../support/comparable-face.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { moderatingParts } from '../../../support/moderating-parts.ts';
import { face } from '../../../support/visit-samples.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const ada = { personIds: ['ada'], faceIds: [], names: ['Ada'], dueForMs: 0 };
const overdue = { ...ada, dueForMs: 180_000 };

describe('entries of boards', () => {
  const placeOf = ({ rig, parts }: BoardRig) => {
    const { envelope } = moderatingParts(rig.documents, { sender: rig.deps.sender, now: rig.deps.now });
    return boardsPlace({ ...rig.deps, ...parts, envelope, feeds: parts.feeds });
  };
  it('are read once for all who are looked for together', async () => {
    const board = startBoardRig([boardOf()]);
    await board.rig.join('a', [face(0)]);
    await board.rig.settle();
    let reads = 0;
    const { envelope } = moderatingParts(board.rig.documents, { sender: board.rig.deps.sender, now: board.rig.deps.now });
    const documents = {
      ...board.rig.documents,
      find: async (...args: Parameters<typeof board.rig.documents.find>) => {
        reads += 1;
        return board.rig.documents.find(...args);
      },
    };
    const place = boardsPlace({ ...board.rig.deps, ...board.parts, envelope, feeds: board.parts.feeds, documents });
    expect(await place.count(ada, never)).toEqual({ 'entries of boards': 1 });
    const once = reads;
    for (const name of ['Bob', 'Cleo', 'ADA'])
      expect(await place.count({ ...ada, names: [name] }, never)).toEqual({ 'entries of boards': name === 'ADA' ? 1 : 0 });
    expect(reads).toBe(once);
    board.rig.nowMs += 5_000;
    await place.count(ada, never);
    expect(reads).toBe(2 * once);
  });

  const approval = { emoji: ['white_check_mark'], by: ['UEDITOR'], edits: 'hold' } as const;

  it.each([
    ['that readers see', boardOf()],
    ['that wait for approval', boardOf({ approval })],
  ])('%s and that nobody has said anew are withdrawn', async (_what, feed) => {
    const board = startBoardRig([feed]);
    await board.rig.join('a', [face(0)]);
    await board.rig.settle();
    const place = placeOf(board);
    expect(await place.count(ada, never)).toEqual({ 'entries of boards': 1 });
    await place.erase?.(ada, never);
    expect(await place.count(ada, never)).toEqual({ 'entries of boards': 1 });
    await place.erase?.(overdue, never);
    expect(await place.count(ada, never)).toEqual({ 'entries of boards': 0 });
    expect(await board.shows()).toBeNull();
    expect(JSON.stringify(await board.entry())).not.toContain('Ada');
  });
});

it('conversations in which somebody is named end, and no others', async () => {
  const documents = createMemoryDocuments();
  const dialogs = createDialogs(documents);
  const open = (id: string, data: unknown) => {
    const none = { promptId: null, cardId: null, about: null, language: null, revision: 0 };
    const dialog = { chat: 'telegram:1' as const, member: '1', kind: 'naming', step: 'name', expiresAtMs: Date.now() + 60_000 };
    return dialogs.save({ id, data, ...dialog, ...none }, never);
  };
  await open('by-name', { said: { name: 'ADA' } });
  await open('by-id', { faces: [{ person: 'ada' }] });
  await open('other', { name: 'Adam' });
  const place = dialogsPlace(documents);
  expect(await place.count(ada, never)).toEqual({ conversations: 2 });
  await place.erase?.(ada, never);
  expect(await place.count(ada, never)).toEqual({ conversations: 0 });
  expect(await dialogs.get('other', never)).not.toBeNull();
});

describe('a visit of which nobody knows whether it was posted', () => {
  const forgetAda = (rig: VisitRig): void => {
    rig.forgotten.add('ada');
    rig.faces.set('s1', []);
  };
  const placeOf = (rig: VisitRig) =>
    visitsPlace({
      knownPosts: createKnownPosts(rig.documents),
      visits: rig.visiting.visits,
      documents: rig.documents,
      sayAgain: async ({ id, revision }) => void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }),
    });

  it.each(['uploaded', 'asked'] as const)('is not emptied, and shows no picture with the name: %s', async (state) => {
    const rig = startVisitRig();
    const { id } = await rig.join('s1', [comparableFace()]);
    const send = rig.posts.send.bind(rig.posts);
    rig.posts.send = (message, save, signal) =>
      send(
        message,
        async (progress) => {
          await save(progress);
          if (progress.state === state && progress.fileId !== null) throw new Error('killed');
        },
        signal,
      );
    await expect(rig.settle()).rejects.toThrow('killed');
    rig.posts.send = send;
    rig.queued.length = 0;
    expect((await rig.visit(id)).post?.progress?.state).toBe(state);
    const drawn = [...rig.posts.files.keys()];
    forgetAda(rig);
    rig.nowMs += 600_000;
    const place = placeOf(rig);
    expect(await place.count(ada, never)).toEqual({ visits: 1 });
    await place.erase?.(ada, never);
    expect(await place.count(ada, never)).toEqual({ visits: 1 });
    await place.erase?.(ada, never);
    expect(rig.queued).toHaveLength(1);
    await rig.settle();
    expect(await place.count(ada, never)).toEqual({ visits: 0 });
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Ada');
    expect(rig.posts.shown().map(({ fileId }) => fileId)).not.toContain(drawn[0]);
    expect([drawn.length, rig.posts.files.has(drawn[0] ?? '')]).toEqual([1, false]);
  });

  it('is asked for again where the job was lost', async () => {
    const rig = startVisitRig();
    await rig.join('s1', [comparableFace()]);
    await rig.settle();
    forgetAda(rig);
    const place = placeOf(rig);
    await place.erase?.(ada, never);
    rig.queued.length = 0;
    rig.nowMs += 60_000;
    await place.erase?.(ada, never);
    expect(rig.queued).toEqual([]);
    rig.nowMs += 600_000;
    await place.erase?.(ada, never);
    await rig.settle();
    expect(await place.count(ada, never)).toEqual({ visits: 0 });
  });

  it('is asked for again where it was asked for while the clock was a day ahead', async () => {
    const rig = startVisitRig();
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    forgetAda(rig);
    const place = placeOf(rig);
    rig.nowMs += 86_400_000;
    await place.erase?.(ada, never);
    await createKnownPosts(rig.documents).refused({ id: `visit-${id}` }, 'channel-not-available', never);
    rig.queued.length = 0;
    rig.nowMs -= 86_400_000;
    await place.erase?.(ada, never);
    expect(rig.queued).toHaveLength(1);
    await place.erase?.(ada, never);
    expect(rig.queued).toHaveLength(1);
    await rig.settle();
    expect(await place.count(ada, never)).toEqual({ visits: 0 });
  });
});

it.each([
  ['a moment ago', 30_000, true],
  ['by a server whose clock is a little ahead', -30_000, true],
  ['long ago', 60_000, false],
  ['in the future: the clock was ahead', -86_400_000, false],
])('a post that was refused %s is not asked again: %s', (_when, agoMs, expected) => {
  const nowMs = Date.UTC(2026, 10, 22);
  expect(isRefusedNow({ refused: { atMs: nowMs - agoMs, code: 'chat-refused', times: 1 } }, nowMs)).toBe(expected);
});
