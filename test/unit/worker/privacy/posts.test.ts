import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { postsPlace } from '@watchpost/worker/privacy/posts-place';
import { toDocument } from '@watchpost/visits/visit-document';
import { createLogger } from '@watchpost/shared/observability/logger';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { notePost } from '../../../support/expired-posts.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const ada = { personIds: ['ada'], faceIds: [], names: ['Ada'], dueForMs: 0 };
const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});

const place = (forgetPosts: 'redraw' | 'delete') =>
  postsPlace({
    documents: rig.documents,
    knownPosts: createKnownPosts(rig.documents),
    visits: rig.visiting.visits,
    platforms: [rig.deps.platformFor('slack:CREAD')],
    forgetPosts,
    log: createLogger('test', 'silent'),
  });

async function posted(snapshot = 's1'): Promise<string> {
  const { id } = await rig.join(snapshot, [comparableFace()]);
  await rig.settle();
  expect(JSON.stringify(rig.posts.shown())).toContain('Ada');
  return id;
}

function forgetAda(): void {
  rig.forgotten.add('ada');
  for (const [snapshot, faces] of rig.faces)
    rig.faces.set(
      snapshot,
      faces.filter(({ person }) => person?.id !== 'ada'),
    );
}

/** The visit expires: nothing but the post itself is left, and where it stands. */
async function expired(id: string): Promise<void> {
  const visit = await rig.visit(id);
  await rig.documents.remove('visit', id, visit.revision, never);
}

describe('posts that show somebody who is forgotten', () => {
  it('are said again although their visit has expired, without the picture', async () => {
    const id = await posted();
    await expired(id);
    forgetAda();
    const posts = place('redraw');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(rig.posts.shown()).toMatchObject([{ fileId: null, post: { summary: 'This post was about somebody who is forgotten.' } }]);
    expect(rig.posts.files.size).toBe(0);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('wait for their visit where there is one, however old it is', async () => {
    const id = await posted();
    rig.nowMs += 20 * dayMs;
    forgetAda();
    const posts = place('redraw');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
    const again = visitsPlace({
      knownPosts: createKnownPosts(rig.documents),
      documents: rig.documents,
      visits: rig.visiting.visits,
      sayAgain: async ({ revision }) => void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }),
    });
    expect(await again.count(ada, never)).toEqual({ visits: 1 });
    await again.erase?.(ada, never);
    await rig.settle();
    expect(await again.count(ada, never)).toEqual({ visits: 0 });
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('are deleted with their pictures where that is wanted, and never posted again', async () => {
    const id = await posted();
    forgetAda();
    const posts = place('delete');
    await posts.erase?.(ada, never);
    expect([rig.posts.shown(), rig.posts.files.size]).toEqual([[], 0]);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
    expect((await rig.visit(id)).post?.progress?.state).toBe('gone');
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: 99, why: 'edit' });
    await rig.settle();
    expect(rig.posts.shown()).toEqual([]);
  });

  it('are said again where the platform does not let them be deleted', async () => {
    const id = await posted();
    await expired(id);
    forgetAda();
    rig.posts.withdraw = async () => Promise.reject(new AppError('chat-refused', 'message can not be deleted'));
    const posts = place('delete');
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it.each(['redraw', 'delete', 'expired'] as const)('leave their pictures counted where the platform deletes no files: %s', async (how) => {
    const id = await posted();
    if (how === 'expired') await expired(id);
    forgetAda();
    const refusedFiles: string[] = [];
    const removeFile = rig.posts.remove.bind(rig.posts);
    rig.posts.remove = async (fileId) => {
      refusedFiles.push(fileId);
      return Promise.reject(new AppError('chat-refused', 'cant_delete_file'));
    };
    const posts = place(how === 'delete' ? 'delete' : 'redraw');
    if (how === 'redraw') {
      const { visits } = rig.visiting;
      const sayAgain = async ({ revision }: { revision: number }): Promise<void> =>
        void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' });
      await visitsPlace({ knownPosts: createKnownPosts(rig.documents), documents: rig.documents, visits, sayAgain }).erase?.(ada, never);
      await rig.settle();
    }
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(refusedFiles).toHaveLength(1);
    expect(await posts.count(ada, never)).toEqual({
      'posts and pictures': { left: 1, why: expect.stringContaining('1 in slack:CRESULTS (chat-refused)') },
    });
    // Not at once again, and then until it may.
    await posts.erase?.(ada, never);
    expect(refusedFiles).toHaveLength(1);
    rig.nowMs += dayMs;
    await posts.erase?.(ada, never);
    expect(refusedFiles).toHaveLength(2);
    rig.posts.remove = removeFile;
    rig.nowMs += dayMs;
    await posts.erase?.(ada, never);
    expect([rig.posts.files.size, await posts.count(ada, never)]).toEqual([0, { 'posts and pictures': 0 }]);
  });

  it.each(['a refusal', 'a rate limit'])('are counted with a picture that was replaced where %s came between', async (what) => {
    await posted();
    const first = rig.posts.shown()[0]?.fileId ?? '';
    const removeFile = rig.posts.remove.bind(rig.posts);
    const code = what === 'a refusal' ? 'chat-refused' : 'chat-unavailable';
    rig.posts.remove = async () => Promise.reject(new AppError(code, 'not now'));
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    const job = rig.queued.shift()!;
    await rig.run(job).catch(() => undefined);
    rig.posts.remove = removeFile;
    rig.queued.push(job);
    await rig.settle();
    expect([rig.posts.shown()[0]?.fileId === first, rig.posts.files.has(first)]).toEqual([false, true]);
    const left = await createKnownPosts(rig.documents).get({ kind: 'file', id: first }, never);
    expect(left?.persons).toContain('ada');
    forgetAda();
    rig.nowMs += dayMs;
    await place('redraw').erase?.(ada, never);
    expect(rig.posts.files.has(first)).toBe(false);
  });

  it('stay known while the platform refuses them, and hold up no others', async () => {
    const first = await posted();
    rig.nowMs += dayMs / 4;
    const second = await posted('s2');
    const [archived] = rig.posts.shown();
    await expired(first);
    await expired(second);
    forgetAda();
    const edit = rig.posts.edit.bind(rig.posts);
    rig.posts.edit = async (shown, signal) => {
      if (shown.messageId === archived?.messageId) throw new AppError('channel-not-available', 'is_archived');
      return edit(shown, signal);
    };
    const posts = place('redraw');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 2 });
    await posts.erase?.(ada, never);
    const why =
      'the bot cannot change or delete 1 in slack:CRESULTS (channel-not-available): let it into the channel, or delete them by hand; it is tried again';
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': { left: 1, why } });
    rig.posts.edit = edit;
    rig.nowMs += 60_000;
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('hold no other jobs where the bot cannot change them, whatever their visit: the receipt says why', async () => {
    const id = await posted();
    forgetAda();
    const edit = rig.posts.edit.bind(rig.posts);
    let asked = 0;
    rig.posts.edit = async () => {
      asked += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    const again = visitsPlace({
      knownPosts: createKnownPosts(rig.documents),
      documents: rig.documents,
      visits: rig.visiting.visits,
      sayAgain: async ({ revision }) => void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }),
    });
    const posts = place('redraw');
    for (let look = 0; look < 120; look += 1) {
      await again.erase?.(ada, never);
      await posts.erase?.(ada, never);
      // A job that fails would hold others.
      await rig.settle();
      rig.nowMs += 30_000;
    }
    // Within the hour at 0, 10, 20, 30 and 40 minutes.
    expect(asked).toBeLessThanOrEqual(6);
    const why = expect.stringContaining('cannot change or delete 1 in slack:CRESULTS (channel-not-available)');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': { left: 1, why } });
    rig.posts.edit = edit;
    rig.nowMs += dayMs;
    await again.erase?.(ada, never);
    await rig.settle();
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('are asked rarer and rarer while the platform refuses them', async () => {
    for (let number = 1; number <= 22; number += 1) await notePost(rig, number);
    forgetAda();
    let asked = 0;
    rig.posts.edit = async () => {
      asked += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    const posts = place('redraw');
    for (let look = 0; look < 20; look += 1) {
      await posts.erase?.(ada, never);
      rig.nowMs += 30_000;
    }
    // Within ten minutes at 0, 1, 3 and 7.
    expect(asked).toBeLessThanOrEqual(22 * 4);
    expect(await posts.count(ada, never)).toMatchObject({ 'posts and pictures': { left: 22, why: expect.stringContaining('22 in') } });
  });
});

it('a direct message says the name no more', async () => {
  const post = { summary: 'Ada is here', picture: null, sections: [], footer: [] };
  const postNotice = createPostNotice({ documents: rig.documents, sender: rig.deps.sender, now: () => rig.nowMs, sendTimeoutMs: 1_000 });
  await postNotice({ id: 'n1', to: { platform: 'slack', member: 'U1' }, post, sheet: [], persons: ['ada'] }, never);
  await rig.settle();
  const posts = place('redraw');
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
  const edits: unknown[] = [];
  rig.posts.edit = async ({ channel, messageId, post: { summary } }) => {
    edits.push({ channel, messageId, summary });
    return 'edited';
  };
  await posts.erase?.(ada, never);
  const summary = 'This post was about somebody who is forgotten.';
  expect(edits).toEqual([{ channel: 'slack:D1', messageId: 'D1', summary }]);
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
});

it('posts that the platform refuses get their turn again, and leave the others theirs', async () => {
  for (let number = 1; number <= 22; number += 1) await notePost(rig, number);
  const edit = rig.posts.edit.bind(rig.posts);
  const [oldest] = rig.posts.shown();
  rig.posts.edit = async (shown, signal) => {
    if (shown.messageId !== oldest?.messageId) throw new AppError('channel-not-available', 'is_archived');
    return edit(shown, signal);
  };
  const posts = place('redraw');
  await posts.erase?.(ada, never);
  rig.nowMs += 1_000;
  await posts.erase?.(ada, never);
  expect(JSON.stringify(rig.posts.shown()[0])).not.toContain('Ada');
  rig.posts.edit = edit;
  for (let round = 0; round < 2; round += 1) {
    rig.nowMs += 60_000;
    await posts.erase?.(ada, never);
  }
  expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
});

it('posts are read in pages, however many wait for their visit', async () => {
  const id = await posted();
  const { channel, messageId } = { channel: 'slack:CRESULTS' as const, messageId: 'm' };
  const knownPosts = createKnownPosts(rig.documents);
  const visit = await rig.visit(id);
  for (let number = 0; number < 450; number += 1) {
    const copy = `visit-${String(number)}`;
    await rig.documents.put(toDocument({ ...visit, id: copy, revision: 0 }, 1e13), never);
    const about = { kind: 'visit' as const, id: copy };
    await knownPosts.note(
      { about, channel, messageId: `${messageId}${String(number)}`, pictures: [], persons: ['ada'], atMs: rig.nowMs },
      never,
    );
  }
  const [one, many] = [vi.spyOn(rig.documents, 'get'), vi.spyOn(rig.documents, 'getAll')];
  await place('redraw').erase?.(ada, never);
  expect(one.mock.calls.length + many.mock.calls.length).toBeLessThan(15);
  vi.restoreAllMocks();
  expect(await place('redraw').count(ada, never)).toEqual({ 'posts and pictures': 451 });
});
