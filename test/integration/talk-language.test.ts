import { afterAll, beforeAll, expect, it } from 'vitest';
import { endExpired } from '@watchpost/worker/talk/end-expired';
import { describeOperations } from '../support/gallery-rig.ts';
import { addMadeUpLanguage, mark } from '../support/made-up-language.ts';
import { createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;
const spoken = { language: 'xx-YY' };
const group = { ...spoken, chat: 'chat:-100', isPrivate: false } as const;

describeOperations('somebody who speaks another language', (gallery) => {
  let takeAway: () => void = () => undefined;
  beforeAll(() => {
    takeAway = addMadeUpLanguage();
  });
  afterAll(() => takeAway());

  /** What each message, and each button but those with numbers and formats, begins with. */
  function foreign(rig: ReturnType<typeof createTalkRig>): string[] {
    const labels = rig.talk.messages.flatMap(({ buttons }) => buttons.flat().map(({ label }) => label));
    const texts = rig.talk.messages.map(({ text }) => text);
    return [...texts, ...labels.filter((label) => !/^(?:\d+|[a-z0-9]{3})$/.test(label))].filter(
      (text) => text !== '' && !text.startsWith(mark),
    );
  }

  it('is answered in it in pictures, dialogs and commands', async () => {
    const rig = createTalkRig(gallery.opened);
    const learn = async (variant: number, name: string) => {
      await rig.send(pictureOf({ seed: 1, variant }, { seed: 2 }), spoken);
      await rig.press(`${mark}Learn`, spoken);
      await rig.press('1', spoken);
      await rig.say('\n', spoken, rig.talk.last().messageId);
      await rig.say(name, spoken);
    };
    await learn(0, 'Ada');
    await rig.press(`${mark}Undo`, spoken);
    await learn(0, 'Ada');
    await learn(2, 'Augusta');
    await rig.press(`${mark}Rename Ada to Augusta`, spoken);
    await rig.send(pictureOf(), spoken);
    await rig.press(`${mark}Learn`, spoken);
    for (const typed of ['/start', '/help', '/cancel', '/chart', '/convert https://a.example/b', '/access', '/allow bob', '/disallow 9'])
      await rig.say(typed, spoken);
    for (const typed of [
      '/invite',
      '/slog',
      '/register',
      '/cancel all',
      '/whoami',
      '/privacy',
      '/erase',
      '/quote',
      '/8ball',
      '/nosuch',
      'hello',
    ])
      await rig.say(typed, spoken);
    await rig.send(pictureOf({ seed: 3 }), spoken);
    await rig.say('Ada', spoken);
    expect(foreign(rig)).toEqual([]);
    expect(rig.talk.messages.length).toBeGreaterThan(40);
  });

  it('is told in it that it is over, where nobody speaks to us', async () => {
    const rig = createTalkRig(gallery.opened);
    rig.deps.waitMs = 20;
    await rig.send(pictureOf({ seed: 1 }), spoken);
    await rig.say('/register', spoken);
    await rig.say('/erase', spoken);
    await expect.poll(async () => rig.deps.dialogs.openOf('chat:1', '1', never)).toEqual([]);
    await endExpired(rig.deps, never);
    await rig.runSent();
    expect(rig.talk.messages.filter(({ text }) => text.includes('timed out')).length).toBeGreaterThan(1);
    expect(foreign(rig)).toEqual([]);
  });

  it('is refused in it, alone and in a group', async () => {
    const rig = createTalkRig(gallery.opened);
    await rig.say('hello', { ...spoken, member: '7' });
    await rig.say('/start nosuchcode', { ...spoken, member: '8' });
    await rig.run(rig.job({ did: 'membership', isIn: true }, { ...group, member: '7' }));
    await rig.run(rig.job({ did: 'membership', isIn: true }, group));
    expect(rig.talk.messages).toHaveLength(4);
    expect(foreign(rig)).toEqual([]);
  });

  it('has a link converted in it', async () => {
    const rig = createTalkRig(gallery.opened);
    rig.deps.converting.convertHosts = ['sounds.example'];
    await rig.say('https://sounds.example/song', spoken);
    await rig.press('mp3', spoken);
    await rig.say('https://other.example/song', spoken);
    await rig.say('/cancel', spoken);
    expect(rig.talk.messages.length).toBeGreaterThan(2);
    expect(foreign(rig)).toEqual([]);
  });
});
