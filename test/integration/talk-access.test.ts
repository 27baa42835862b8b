import { expect, it } from 'vitest';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createFirstInvitation } from '@watchpost/worker/talk/first-invitation';
import { describeOperations } from '../support/gallery-rig.ts';
import { createVisits } from '@watchpost/visits/visits';
import { createTalkRig, pictureOf } from '../support/talk-rig.ts';
import { joining } from '../support/visit-samples.ts';

const never = new AbortController().signal;
const stranger = { member: '7' };
const settings = { visitWindowMs: 90_000, visitLongestMs: 600_000 };
const group = { chat: 'chat:-100', isPrivate: false } as const;

describeOperations('who may talk', (gallery) => {
  const rigOf = (options?: Parameters<typeof createTalkRig>[1]) => createTalkRig(gallery.opened, options);
  const textsOf = (rig: ReturnType<typeof rigOf>) => rig.talk.shown().map(({ text }) => text);

  it('a stranger is told once who they are; nothing is downloaded', async () => {
    const rig = rigOf();
    rig.platform.chat.download = async () => Promise.reject(new Error('nothing is downloaded'));
    await rig.say('hello', stranger);
    await rig.send(pictureOf({ seed: 1 }), stranger);
    await rig.say('/who', stranger);
    expect(textsOf(rig)).toEqual([expect.stringContaining('Your number is 7')]);
  });

  it('an admin lets somebody in and out, by number', async () => {
    const rig = rigOf();
    await rig.say('/allow bob');
    expect(rig.talk.last().text).toContain('by number');
    await rig.say('/allow 7');
    await rig.say('hello', stranger);
    expect(rig.talk.last().text).toContain('5x5');
    await rig.say('/allow 8', stranger);
    expect(rig.talk.last().text).toContain('Only admins');
    await rig.say('/access');
    expect(rig.talk.last().text).toMatch(/1: admin, by the configuration\n• 7: member, since/);
    await rig.say('/allow 8 admin');
    await rig.say('/allow 8');
    expect(rig.talk.last().text).toContain('let in before');
    expect(await rig.deps.access.roleOf('chat:8', never)).toBe('admin');
    await rig.say('/allow 1 member');
    expect(rig.talk.last().text).toContain('yourself');
    const bob = { platform: 'chat', member: '7' };
    await rig.deps.subscriptions.add(bob, { who: { kind: 'anybody' }, camera: null, hours: null }, never);
    await rig.say('/disallow 7');
    expect(await rig.deps.subscriptions.list(bob, never)).toEqual([]);
    await rig.say('hello', stranger);
    expect(rig.talk.last().text).toContain('Your number is 7');
  });

  it('a code of /invite lets in whoever says it first, in private', async () => {
    const rig = rigOf();
    await rig.say('/invite');
    const code = /start=([\w-]+)/.exec(rig.talk.last().text)?.[1] ?? '';
    await rig.say(`/start ${code}`, { ...stranger, ...group });
    expect(rig.talk.last().text).toContain('private');
    await rig.say(`/start ${code}`, stranger);
    expect(rig.talk.last().text).toContain('You are in');
    await rig.say(`/start ${code}`, { member: '8' });
    expect(rig.talk.last().text).toContain('used by somebody else');
  });

  it('the first admin comes by the link that one worker prints', async () => {
    const rig = rigOf({ admins: [] });
    const lines: string[] = [];
    const log = { ...createLogger('test', 'silent'), warn: (line: unknown) => void lines.push(String(line)) };
    const parts = {
      talkLanguage: 'en',
      access: rig.deps.access,
      documents: gallery.opened.documents,
      log: Object.assign(createLogger('test', 'silent'), log),
    } as const;
    const [one, two] = [createFirstInvitation(rig.platform, parts), createFirstInvitation(rig.platform, parts)];
    let isAway = true;
    rig.talk.invitation = async (code) => (isAway ? Promise.reject(new Error('away')) : `https://example.test/?start=${code}`);
    await expect(one(never)).rejects.toThrow('away');
    expect(await rig.deps.access.audit.list(9, never)).toEqual([]);
    isAway = false;
    await one(never);
    await two(never);
    await one(never);
    expect(lines).toHaveLength(1);
    await rig.say(`/start ${/start=([\w-]+)/.exec(lines[0] ?? '')?.[1] ?? ''}`, stranger);
    expect(rig.talk.last().text).toContain('as an admin');
    await one(never);
    await two(never);
    expect(lines).toHaveLength(1);
  });

  it('a foreign group is left after one line; one that an admin adds us to is let in', async () => {
    const rig = rigOf();
    await rig.run(rig.job({ did: 'membership', isIn: true }, { ...stranger, ...group }));
    expect(textsOf(rig)).toEqual([expect.stringContaining('/allow -100')]);
    expect(rig.talk.left).toEqual(['chat:-100']);
    await rig.run(rig.job({ did: 'membership', isIn: true }, group));
    await rig.send(pictureOf({ seed: 1 }), { ...stranger, ...group });
    expect(rig.talk.last().buttons.flat()).toHaveLength(3);
    expect(rig.talk.left).toEqual(['chat:-100']);
  });

  it('a chat of the configuration is never left, and strangers in it are not answered', async () => {
    const rig = rigOf();
    rig.talk.homes.add(group.chat);
    await rig.run(rig.job({ did: 'membership', isIn: true }, { ...stranger, ...group }));
    await rig.say('hello', { ...stranger, ...group });
    expect([rig.talk.left, rig.talk.shown()]).toEqual([[], []]);
  });

  it('a chat of the configuration that gets another id is still ours', async () => {
    const rig = rigOf();
    const now = { chat: 'chat:-1009', isPrivate: false } as const;
    rig.talk.homes.add(group.chat);
    rig.talk.configured.set(group.chat, 'member');
    await rig.run(rig.job({ did: 'moved', to: now.chat }, { ...stranger, ...group }));
    await rig.run(rig.job({ did: 'membership', isIn: true }, { ...stranger, ...now }));
    await rig.say('/id', { ...stranger, ...now });
    expect(rig.talk.left).toEqual([]);
    expect(rig.talk.last(now.chat).text).toContain('-1009');
    // Another one of that number it is not.
    await rig.say('/id', { ...stranger, chat: 'chat:-1008', isPrivate: false });
    expect(rig.talk.left).toEqual(['chat:-1008']);
  });

  it('who is in the results chat may talk there also after it got another id', async () => {
    const rig = rigOf();
    rig.talk.homes.add(group.chat);
    rig.platform.writeChannel = group.chat;
    await rig.run(rig.job({ did: 'moved', to: 'chat:-1009' }, { ...stranger, ...group }));
    await rig.say('/id', { ...stranger, chat: 'chat:-1009', isPrivate: false });
    expect(rig.talk.last().text).toContain('-1009');
    expect(rig.talk.left).toEqual([]);
  });

  it('beside others only what is for us is answered', async () => {
    const rig = rigOf();
    rig.talk.configured.set(group.chat, 'member');
    await rig.say('hello all', group);
    await rig.say('/nosuch', group);
    await rig.say('/access', group);
    expect(textsOf(rig)).toEqual([expect.stringContaining('in private')]);
  });

  it('who blocks us is no failure, and what fails for good is said', async () => {
    const rig = rigOf();
    rig.talk.closed.add('chat:1');
    expect(await rig.say('hello')).toBe('idle');
    rig.talk.closed.clear();
    rig.deps.access.list = async () => Promise.reject(new TypeError('a fault'));
    await expect(rig.run(rig.text('/access'), { attempt: 8, lastAttempt: true })).rejects.toMatchObject({ code: 'internal' });
    expect(rig.talk.last().text).toContain('did not work');
  });

  it('a name for a face in a post is asked for in private, and becomes a press', async () => {
    const rig = rigOf();
    const target = { action: 'is', visit: 'abcdefghijklmnopqrstuv', number: 2, subject: null } as const;
    await rig.run(rig.job({ did: 'naming', messageId: 'P1', target }, group));
    expect(rig.talk.shown().map(({ chat }) => chat)).toEqual(['chat:1', 'chat:1']);
    await rig.say('Grace', {}, rig.talk.last().messageId);
    expect(rig.talk.shown().map(({ text }) => text)).toEqual(['Noted: Grace. The post follows.']);
    const [job] = rig.seen.jobs.filter(({ kind }) => kind === 'interaction');
    expect(job).toMatchObject({
      platform: 'chat',
      by: { member: '1', channel: 'chat:-100', thread: 'P1' },
      deed: { do: 'press', target, who: { name: 'Grace' } },
    });
  });

  it('the question for a name says where the face was seen', async () => {
    const rig = rigOf();
    const visit = await createVisits(gallery.opened.documents).join(joining(0, { channel: 'chat:-200', camera: 'Gate' }), settings, never);
    const target = { action: 'is', visit: visit.id, number: 2, subject: null } as const;
    await rig.run(rig.job({ did: 'naming', messageId: 'P1', target }, group));
    expect(rig.talk.shown()[0]?.text).toBe('Who is 2 at Gate?');
  });

  it('who has no chat with us is asked below the post, also where only the results are posted', async () => {
    const rig = rigOf();
    rig.platform.writeChannel = group.chat;
    rig.talk.homes.add(group.chat);
    rig.talk.closed.add('chat:1');
    const target = { action: 'is', visit: 'abcdefghijklmnopqrstuv', number: 2, subject: null } as const;
    for (const member of ['1', '7']) {
      await rig.run(rig.job({ did: 'naming', messageId: 'P1', target }, { ...group, member }));
      const prompt = rig.talk.last();
      expect([prompt.chat, prompt.asks, prompt.replyTo]).toEqual([group.chat, true, 'P1']);
      await rig.say(`Name ${member}`, { ...group, member }, prompt.messageId);
    }
    // Nothing is left of it there, and none waits anywhere.
    expect(textsOf(rig)).toEqual([]);
    expect((await rig.deps.dialogs.openOf('chat:1', '1', never)).length).toBe(0);
    const who = rig.seen.jobs.flatMap((job) => (job.kind === 'interaction' && job.deed.do === 'press' ? [job.deed.who] : []));
    expect(who).toEqual([{ name: 'Name 1' }, { name: 'Name 7' }]);
  });

  it('who may not name is told so, and asked nothing', async () => {
    const rig = rigOf();
    rig.seen.outsiders.add('1');
    const target = { action: 'is', visit: 'abcdefghijklmnopqrstuv', number: 2, subject: null } as const;
    await rig.run(rig.job({ did: 'naming', messageId: 'P1', target }, group));
    expect([rig.talk.shown(), rig.seen.told.length]).toEqual([[], 1]);
  });
});
