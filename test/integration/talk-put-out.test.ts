import { expect, it } from 'vitest';
import { buttonData, newDialogId } from '@watchpost/talk/dialogs';
import { AppError } from '@watchpost/shared/errors';
import { describeOperations } from '../support/gallery-rig.ts';
import { createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;
const bob = { member: '7' };
const group = { chat: 'chat:-100', isPrivate: false } as const;

describeOperations('whoever may do nothing any more', (gallery) => {
  const rigOf = () => createTalkRig(gallery.opened);

  it('teaches no name to a question that they were asked before', async () => {
    const rig = rigOf();
    rig.talk.configured.set(group.chat, 'member');
    const inGroup = { ...group, ...bob };
    await rig.send(pictureOf({ seed: 1 }), inGroup);
    await rig.press('Learn', inGroup);
    const prompt = rig.talk.last().messageId;
    rig.seen.outsiders.add('7');
    await rig.say('Mallory', inGroup, prompt);
    expect(await gallery.names()).toEqual([]);
  });

  it('takes nothing back that they taught before', async () => {
    const rig = rigOf();
    rig.talk.configured.set(group.chat, 'member');
    const inGroup = { ...group, ...bob };
    await rig.send(pictureOf({ seed: 1 }), inGroup);
    await rig.press('Learn', inGroup);
    await rig.say('Grace', inGroup, rig.talk.last().messageId);
    rig.seen.outsiders.add('7');
    await rig.press('Undo', inGroup);
    expect(await gallery.names()).toEqual(['Grace']);
  });

  it('does not come back by the link of before', async () => {
    const rig = rigOf();
    await rig.say('/invite admin');
    const code = /start=([\w-]+)/.exec(rig.talk.last().text)?.[1] ?? '';
    await rig.say(`/start ${code}`, bob);
    await rig.say('/disallow 7');
    await rig.say(`/start ${code}`, bob);
    await rig.say('/access', bob);
    expect(await rig.deps.access.roleOf('chat:7', never)).toBeNull();
    expect(rig.talk.shown('chat:7').map(({ text }) => text)).not.toContainEqual(expect.stringContaining('Who may talk'));
  });

  it('changes no message that others read, with a press of their own making', async () => {
    const rig = rigOf();
    rig.talk.configured.set(group.chat, 'member');
    await rig.send(pictureOf({ seed: 1 }), group);
    const card = rig.talk.last();
    for (const data of [buttonData({ id: newDialogId() }, 'who'), 'anything', buttonData({ id: newDialogId() }, 'constructor')])
      await rig.run(rig.job({ did: 'pressed', messageId: card.messageId, data }, { ...group, ...bob }));
    expect(rig.talk.last()).toMatchObject({ messageId: card.messageId, text: 'A picture! What shall I do with it?' });
    expect(rig.talk.edits).toBe(0);
    expect(rig.seen.told).toHaveLength(3);
  });

  it('a group of results that is put out is not left', async () => {
    const rig = rigOf();
    rig.talk.homes.add(group.chat);
    await rig.say('/allow -100');
    await rig.say('/disallow -100');
    expect(rig.talk.left).toEqual([]);
    expect(await rig.deps.access.roleOf(group.chat, never)).toBeNull();
  });

  it('who guesses codes is told once a day; a foreign group is left', async () => {
    const rig = rigOf();
    for (const code of ['one', 'two', 'three']) await rig.say(`/start ${code}`, bob);
    expect(rig.talk.shown().map(({ text }) => text)).toEqual([expect.stringContaining('do not know this code')]);
    for (const code of ['four', 'five']) await rig.say(`/start ${code}`, { ...group, ...bob });
    expect(rig.talk.shown(group.chat).map(({ text }) => text)).toEqual([
      expect.stringContaining('private'),
      expect.stringContaining('/allow -100'),
    ]);
    expect(rig.talk.left).toEqual(['chat:-100']);
  });

  it('while the database is away only those are told so whom the configuration knows, once for each job', async () => {
    const rig = rigOf();
    const { line, access } = rig.deps;
    const away = { is: true };
    const unlessAway = <T>(work: () => Promise<T>): Promise<T> =>
      away.is ? Promise.reject(new AppError('gallery-unavailable', 'away')) : work();
    const before = { line: { ...line }, access: { ...access } };
    line.enter = async (job, signal) => unlessAway(async () => before.line.enter(job, signal));
    access.roleOf = async (who, signal) => unlessAway(async () => before.access.roleOf(who, signal));
    const job = rig.text('hello');
    for (const each of [job, job, rig.text('hello', bob)])
      await expect(rig.run(each)).rejects.toMatchObject({ code: 'gallery-unavailable' });
    expect(rig.talk.shown().map(({ chat, text }) => `${chat} ${text}`)).toEqual([
      expect.stringMatching(/^chat:1 I cannot reach my memory/),
    ]);
    away.is = false;
    await rig.run(job);
    expect(rig.talk.last().text).toContain('5x5');
  });
});
