import { expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { describeOperations } from '../support/gallery-rig.ts';
import { ada, createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;
const by = { id: 'test' };

describeOperations('what comes late, twice, or for something else', (gallery) => {
  const rigOf = () => createTalkRig(gallery.opened);
  type Rig = ReturnType<typeof rigOf>;
  const begin = async (rig: Rig, seed: number, variant = 0): Promise<string> => {
    await rig.send(pictureOf({ seed, variant }));
    await rig.press('Learn');
    return rig.talk.last().messageId;
  };
  const teach = async (rig: Rig, seed: number, name: string): Promise<void> => {
    const prompt = await begin(rig, seed);
    await rig.say(name, {}, prompt);
  };

  it('an answer to a question that is over names nobody in another one', async () => {
    const rig = rigOf();
    const one = await begin(rig, 1);
    await rig.say('/cancel');
    const two = await begin(rig, 2);
    await rig.say('Ada', {}, one);
    expect(await gallery.names()).toEqual([]);
    expect(rig.talk.last().text).toContain('reply to my question');
    await rig.say('Grace', {}, two);
    expect(await gallery.names()).toEqual(['Grace']);
  });

  it('a button names whom it meant, also when they are called otherwise now; of somebody who is gone it says so', async () => {
    const rig = rigOf();
    await teach(rig, 1, 'Ada');
    await begin(rig, 2);
    const press = rig.pressJob('This is Ada');
    const { id } = await gallery.called('Ada');
    await gallery.opened.operations.apply({ kind: 'name', person: id, to: 'Augusta' }, by, never);
    await rig.run(press);
    expect(await gallery.names()).toEqual(['Augusta']);
    await begin(rig, 3);
    const late = rig.pressJob('This is Augusta');
    await gallery.opened.operations.apply({ kind: 'forget', person: id }, by, never);
    await rig.run(late);
    expect(rig.talk.last().text).toContain('no longer there');
    expect(await gallery.names()).toEqual([]);
    await rig.say('Grace');
    expect(await gallery.names()).toEqual(['Grace']);
  });

  it('of two buttons that are pressed quickly the second does not undo the first', async () => {
    const rig = rigOf();
    await rig.send(pictureOf({ seed: 1 }));
    const [learn, who] = [rig.pressJob('Learn'), rig.pressJob('Who is it?')];
    await rig.run(learn);
    await rig.run(rig.job(learn.what));
    await rig.run(who);
    expect(rig.talk.shown().filter(({ asks }) => asks)).toHaveLength(1);
    await rig.say('Grace');
    expect(await gallery.names()).toEqual(['Grace']);
  });

  it('an album gets its card, however the clocks of two workers differ', async () => {
    const rig = rigOf();
    const clock = Date.now;
    try {
      // The worker that took the pictures is ten seconds ahead of the one that looks later.
      Date.now = () => clock() + 10_000;
      await rig.send(pictureOf({ seed: 1 }), {}, 'album');
    } finally {
      Date.now = clock;
    }
    await rig.runSent();
    expect(rig.talk.shown().map(({ text }) => text)).toEqual(['A picture! What shall I do with it?']);
  });

  it('what a lost answer had learned is found, however much others have changed since', async () => {
    const rig = rigOf();
    const { enroll } = rig.deps;
    rig.deps.enroll = async (...given) => {
      rig.deps.enroll = enroll;
      const { person } = await enroll(...given);
      for (let each = 0; each < 60; each += 1)
        await gallery.opened.operations.apply({ kind: each % 2 ? 'unignore' : 'ignore', person: person.id }, by, never);
      throw new AppError('gallery-unavailable', 'the answer was lost');
    };
    const prompt = await begin(rig, 1);
    const answer = rig.text('Grace', {}, prompt);
    await expect(rig.run(answer)).rejects.toThrow('the answer was lost');
    await rig.run(answer);
    expect(
      rig.talk
        .shown()
        .find(({ text }) => text.startsWith('Learned'))
        ?.buttons.flat(),
    ).toHaveLength(1);
  });

  it('/erase leaves nothing of somebody, in any chat', async () => {
    const rig = rigOf();
    const group = { chat: 'chat:-100', isPrivate: false } as const;
    rig.talk.configured.set(group.chat, 'member');
    await rig.send(pictureOf({ seed: 1 }), group);
    for (let seed = 1; seed <= 55; seed += 1) await rig.send(pictureOf({ seed }));
    await rig.say('/slog a secret');
    await rig.say('/whoami');
    expect(rig.talk.last().text).toContain('56 open conversations');
    await rig.say('/erase');
    await rig.press('Erase');
    expect(rig.talk.last().text).toContain('56 open conversations');
    expect(await rig.deps.dialogs.allOf('chat:1', never)).toEqual([]);
    expect(await rig.deps.dialogs.openOf(group.chat, ada, never)).toEqual([]);
  }, 30_000);
});
