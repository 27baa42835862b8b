import { violationActions } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { readNotice } from '@watchpost/worker/notice/notice';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../../support/memory-documents.ts';
import { rulesRig, type RulesRig } from '../../../../support/rules-rig.ts';

const never = new AbortController().signal;
const kept = { state: 'kept', by: null, atMs: 1 } as const;
const asked = { state: 'asked', by: 'slack:UADA', atMs: 1, channel: 'slack:D1' } as const;
const noAdmin = 'Only admins of watchpost can do this. Ask whoever runs it to add you.';
const ofAuthor = { member: 'UADA', channel: 'slack:D1' } as const;

let documents: DocumentStore;
let rig: RulesRig;
beforeEach(() => {
  // So that changes count 1, 2, 3.
  documents = createMemoryDocuments(() => 0);
  rig = rulesRig(documents);
});
const noticeText = async (id: string): Promise<{ to: unknown; text: string } | null> => {
  const notice = await readNotice(documents, id, never);
  return notice && { to: notice.to, text: (notice.post?.sections ?? []).map(({ text }) => plain(text)).join('\n') };
};
const jobs = (): string[] => rig.seen.jobs.map((job) => (job.kind === 'violation' ? `violation ${String(job.wanted)}` : job.kind));

describe('who may decide about violations', () => {
  it.each(violationActions.filter((action) => action !== 'mistake'))('%s is for admins', async (action) => {
    const { id } = await rig.store({ kept, appeal: asked });
    const before = await rig.stored(id);
    expect(await rig.press(action, id, { member: 'UADA' })).toBe(noAdmin);
    expect(await rig.press(action, id, { member: 'UMALLORY' })).toBe(noAdmin);
    rig.admins.set('UFAY', 'unknown');
    expect(await rig.press(action, id, { member: 'UFAY' })).toMatch(/^It cannot be found out now who the admins are\./);
    expect(await rig.stored(id)).toEqual(before);
    expect([jobs(), rig.edited]).toEqual([[], []]);
    expect(await rig.press(action, id)).not.toBe(noAdmin);
    expect(jobs()[0]).toBe(`violation ${String(before.wanted + 1)}`);
  });

  it('says nothing about a violation that is not known, or is of another platform', async () => {
    const unknown = 'This is too long ago: nothing is known about it any more.';
    expect(await rig.press('put-back', 'x'.repeat(22))).toBe(unknown);
    const other = await rig.store({ message: { ...(await rig.store()).message, channel: 'other:C1' } });
    expect(await rig.press('put-back', other.id)).toBe(unknown);
    expect(jobs()).toEqual([]);
  });
});

describe('an appeal', () => {
  it('is noted, shown to the admins by the next job, and leaves the author a message without a button', async () => {
    const { id } = await rig.store();
    expect(await rig.press('mistake', id, ofAuthor)).toBe('The admins are told, and you will hear what they say.');
    expect((await rig.stored(id)).appeal).toMatchObject({ state: 'asked', by: 'slack:UADA', channel: 'slack:D1' });
    expect(jobs()).toEqual(['violation 2']);
    expect(rig.edited.map(({ at, post }) => [at, post.sections.flatMap(({ buttons }) => buttons)])).toEqual([['slack:D1 2.0', []]]);
  });

  it('that is accepted has what is kept put back, and its author told once', async () => {
    const { id } = await rig.store({ kept });
    await rig.press('mistake', id, ofAuthor);
    await rig.press('accept', id);
    const stored = await rig.stored(id);
    expect(stored.asked).toMatchObject({ what: 'put-back', by: 'slack:UBOB' });
    expect(stored.appeal).toMatchObject({ state: 'accepted', by: 'slack:UBOB', channel: 'slack:D1' });
    await rig.press('accept', id);
    expect(jobs()).toEqual(['violation 2', 'violation 3', 'notice', 'violation 3', 'notice']);
    expect(rig.seen.jobs.filter(({ kind }) => kind === 'notice').map((job) => 'noticeId' in job && job.noticeId)).toEqual(
      Array(2).fill(`appeal-${id}-accepted`),
    );
    expect(await noticeText(`appeal-${id}-accepted`)).toEqual({
      to: { platform: 'slack', member: 'UADA', about: 'own-message' },
      text: 'An admin agreed that your message in C1 broke no rule. It is being put back.',
    });
    expect(plain(rig.edited.at(-1)!.post.sections[0]!.text)).toContain('and an admin agreed.');
  });

  it('that is rejected changes nothing else, and its author is told', async () => {
    const { id } = await rig.store({ kept, appeal: asked });
    expect(await rig.press('reject', id)).toBe('Rejected. The author is told.');
    expect(await rig.stored(id)).toMatchObject({ asked: null, kept, appeal: { state: 'rejected', by: 'slack:UBOB' } });
    expect((await noticeText(`appeal-${id}-rejected`))?.text).toMatch(/Nothing changes\.$/);
  });

  it('is decided once, by whoever of two admins was first', async () => {
    const { id } = await rig.store({ appeal: asked });
    const [bob, eve] = await Promise.all([rig.press('accept', id), rig.press('reject', id, { member: 'UEVE' })]);
    const { appeal } = await rig.stored(id);
    const [first, second] = appeal.by === 'slack:UBOB' ? [bob, eve] : [eve, bob];
    expect(first).toMatch(/^(?:Accepted|Rejected)\./);
    expect(second).toBe(`${appeal.by === 'slack:UBOB' ? 'UBOB' : 'UEVE'} has ${appeal.state} it already.`);
    expect(jobs()).toEqual(['violation 2', 'notice']);
  });

  it('stands also where the message to the author is gone; a Slack that does not answer is tried again', async () => {
    const { id } = await rig.store();
    const { posts } = rig.platform;
    rig.platform.posts = { ...posts, edit: async () => Promise.reject(new AppError('chat-refused', 'it is gone')) };
    expect(await rig.press('mistake', id, ofAuthor)).toMatch(/^The admins are told/);
    rig.platform.posts = { ...posts, edit: async () => Promise.reject(new AppError('chat-unavailable', 'no answer')) };
    await expect(rig.press('mistake', id, ofAuthor)).rejects.toThrow('no answer');
    rig.platform.posts = posts;
    expect(await rig.press('mistake', id, ofAuthor)).toMatch(/^The admins are told/);
    expect(rig.edited).toHaveLength(1);
    expect((await rig.stored(id)).wanted).toBe(2);
  });

  it('of a message whose author was never told edits nothing', async () => {
    const { id } = await rig.store({ told: null });
    await rig.press('mistake', id, ofAuthor);
    expect(rig.edited).toEqual([]);
  });
});

it('what is kept is put back or deleted by the next job, as the first admin asked', async () => {
  const { id } = await rig.store({ kept });
  expect(await rig.press('delete-kept', id, { member: 'UEVE' })).toBe('The original is being deleted.');
  expect(await rig.press('put-back', id)).toBe('UEVE has already asked to have it deleted.');
  expect((await rig.stored(id)).asked).toMatchObject({ what: 'delete', by: 'slack:UEVE' });
  expect(jobs()).toEqual(['violation 2']);
});
