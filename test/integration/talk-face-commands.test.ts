import { plain } from '@watchpost/shared/chat/say';
import { faceCommandIn } from '@watchpost/worker/talk/face-commands';
import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { createTalkRig } from '../support/talk-rig.ts';

const stranger = { member: '7' };

describeOperations('commands about faces in a conversation', (gallery) => {
  const rigOf = () => {
    const rig = createTalkRig(gallery.opened);
    const answers: { to: string; text: string }[] = [];
    rig.platform.members.mayRead = async (member) => (rig.seen.outsiders.has(member) ? 'no' : 'yes');
    rig.platform.members.answer = async ({ member, channel, thread }, { sections }) =>
      void answers.push({
        to: `${member} ${String(channel)} ${String(thread === null)}`,
        text: sections.map(({ text }) => plain(text)).join('\n'),
      });
    return { ...rig, answers };
  };

  it('are answered below what asked', async () => {
    const rig = rigOf();
    await rig.say('/who');
    await rig.say('/faces help');
    expect(rig.answers).toMatchObject([
      { to: '1 chat:1 false', text: expect.stringContaining('Nobody was seen') },
      { text: expect.stringContaining('last-seen') },
    ]);
    expect(rig.talk.shown()).toEqual([]);
  });

  it('of a stranger are refused as all else is: once a day', async () => {
    const rig = rigOf();
    rig.seen.outsiders.add('7');
    for (const text of ['/who', '/faces help', '/lastseen Ada', '/who']) await rig.say(text, stranger);
    expect(rig.answers).toEqual([]);
    expect(rig.talk.shown().map(({ text }) => text)).toEqual([expect.stringContaining('Your number is 7')]);
  });

  it('may be asked by everybody in a group that was let in, and by whoever is where results are posted', async () => {
    const rig = rigOf();
    rig.seen.outsiders.add('7');
    rig.talk.configured.set('chat:-100', 'member');
    await rig.say('/who', { ...stranger, chat: 'chat:-100', isPrivate: false });
    expect(rig.answers.at(-1)).toMatchObject({ to: '7 chat:-100 false', text: expect.stringContaining('Nobody was seen') });
    rig.seen.outsiders.clear();
    await rig.say('/who', stranger);
    expect(rig.answers.at(-1)).toMatchObject({ to: '7 chat:7 false', text: expect.stringContaining('Nobody was seen') });
    expect(rig.talk.shown()).toEqual([]);
  });

  it('are done in the order in which they were typed', async () => {
    const rig = rigOf();
    const first = rig.text('/faces subscriptions');
    const second = rig.text('/faces help', { after: first.id });
    await Promise.all([rig.run(second), rig.run(first)]);
    expect(rig.answers.map(({ text }) => text.includes('last-seen'))).toEqual([false, true]);
  });
});

it.each([
  ['/faces list Ada', 'list Ada'],
  ['/faces', ''],
  ['/who', 'who'],
  ['/lastseen  Ada Lovelace', 'last-seen Ada Lovelace'],
  ['/LAST_SEEN Ada', 'last-seen Ada'],
  ['/help', null],
  ['who', null],
])('%s is the command %s', (text, command) => expect(faceCommandIn(text)).toBe(command));
