import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { beginDialog as begin, group, manyDialogs } from '../support/many-dialogs.ts';
import { createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;

describeOperations('dialogs', (gallery) => {
  const rigOf = (options?: Parameters<typeof createTalkRig>[1]) => createTalkRig(gallery.opened, options);

  it('several at once never mix: each answer belongs to the message that it replies to', async () => {
    const rig = rigOf();
    const [one, two] = [await begin(rig, 1), await begin(rig, 2)];
    await rig.say('Somebody');
    expect(rig.talk.last().text).toContain('Which one');
    expect(await gallery.names()).toEqual([]);
    await rig.say('Grace', {}, two);
    await rig.say('Ada', {}, one);
    await rig.send(pictureOf({ seed: 1 }, { seed: 2 }));
    await rig.press('Who is it?');
    expect(rig.talk.messages.findLast(({ file }) => file)?.text).toBe('1: Ada, 2: Grace');
  });

  it('10 of 5 people in one group, answered in any order by two workers, never mix', async () => {
    const { said, are } = await manyDialogs({ rig: rigOf(), other: rigOf() }, { dialogs: 10, people: 5 });
    expect(said).toBe(are);
    expect(await gallery.names()).toHaveLength(10);
  });

  it('nobody else goes on with it', async () => {
    const rig = rigOf({ admins: ['1', '2'] });
    rig.talk.configured.set(group.chat, 'member');
    const prompt = await begin(rig, 1, group);
    await rig.say('Mallory', { ...group, member: '2' }, prompt);
    await rig.press('Cancel', { member: '2' });
    expect(await gallery.names()).toEqual([]);
    expect(rig.seen.told.join()).toContain('somebody else');
    await rig.say('Grace', group, prompt);
    expect(await gallery.names()).toEqual(['Grace']);
  });

  it('/cancel ends the one that was gone on with last and says which; /cancel all ends all', async () => {
    const rig = rigOf();
    await rig.say('/cancel');
    expect(rig.talk.last().text).toContain('nothing to cancel');
    for (const seed of [1, 2, 3]) await begin(rig, seed);
    await rig.say('/cancel');
    expect(rig.talk.last().text).toMatch(/^Cancelled: the picture of .*2 more are open/);
    await rig.say('/cancel all');
    expect(await rig.deps.dialogs.openOf('chat:1', '1', never)).toEqual([]);
    expect(rig.talk.shown().filter(({ asks }) => asks)).toEqual([]);
    expect(rig.talk.shown().flatMap(({ buttons }) => buttons)).toEqual([]);
  });

  it('times out politely, and an old card says that it is over', async () => {
    const rig = rigOf();
    const { endExpired } = await import('@watchpost/worker/talk/end-expired');
    await begin(rig, 1);
    const card = rig.talk.shown().find(({ buttons }) => buttons.length > 0);
    const press = rig.pressJob('Cancel', {}, card);
    const [open] = await rig.deps.dialogs.openOf('chat:1', '1', never);
    await rig.deps.dialogs.save({ ...open!, expiresAtMs: Date.now() - 1 }, never);
    expect(await rig.deps.dialogs.openOf('chat:1', '1', never)).toEqual([]);
    await endExpired(rig.deps, never);
    await endExpired(rig.deps, never);
    await rig.runSent();
    expect(rig.talk.shown().map(({ text }) => text)).toEqual([expect.stringContaining('timed out')]);
    await rig.run(press);
    expect(rig.talk.last().text).toContain('This is over');
  });

  it('an album gets one card, a little after its last picture; a late one joins it', async () => {
    const rig = rigOf();
    await rig.send(pictureOf({ seed: 1 }), {}, 'album');
    await rig.send(pictureOf({ seed: 2 }), {}, 'album');
    expect(rig.talk.shown()).toEqual([]);
    const due = rig.seen.jobs.filter((each) => each.kind === 'talk');
    expect(new Set(due.map(({ id }) => id)).size).toBe(2);
    // The first one asks too early: by the clock that it was planned by.
    await rig.run(due[0]!);
    expect(rig.talk.shown()).toEqual([]);
    await rig.run(due[1]!);
    expect(rig.talk.shown()).toHaveLength(1);
    expect(rig.talk.last().text).toContain('2 pictures');
    await rig.send(pictureOf({ seed: 3 }), {}, 'album');
    expect(rig.talk.shown().map(({ text }) => text)).toEqual([expect.stringContaining('3 pictures')]);
    await rig.press('Who is it?');
    expect(rig.talk.shown().filter(({ file }) => file)).toHaveLength(3);
  });

  it('moves with its chat', async () => {
    const rig = rigOf();
    rig.talk.configured.set(group.chat, 'member');
    rig.talk.configured.set('chat:-1001', 'member');
    const prompt = await begin(rig, 1, group);
    await rig.run(rig.job({ did: 'moved', to: 'chat:-1001' }, group));
    await rig.say('Grace', { chat: 'chat:-1001', isPrivate: false }, prompt);
    expect(await gallery.names()).toEqual(['Grace']);
  });
});
