import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { channel, createRuleRig, never, secret } from '../../../support/rule-rig.ts';

describe('telling', () => {
  it('that is not possible in the admin channel does not keep the message from being removed, nor its author from being told', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const posts = { ...rig.posts };
    let isAway = true;
    rig.posts.send = async (post, save, signal) => {
      if (isAway && post.channel === 'slack:CADMIN') throw new AppError('channel-not-available', 'chat.postMessage: not_in_channel');
      return posts.send(post, save, signal);
    };
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    await rig.run(rig.queued.shift()!);
    const job = rig.queued.shift()!;
    await expect(rig.run(job)).rejects.toMatchObject({ code: 'violation-waiting', retryAfterMs: 60_000 });
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
    isAway = false;
    await rig.run(job);
    expect(rig.read()[0]).toContain('Removed');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });

  it('the author who takes no direct messages is given up, once', async () => {
    const rig = createRuleRig();
    await rig.rule();
    let tries = 0;
    rig.onMessage = () => {
      tries += 1;
      throw new AppError('chat-refused', 'chat.postMessage: messages_tab_disabled');
    };
    rig.say({ text: secret });
    await rig.settle();
    expect(tries).toBe(1);
    expect(rig.read()[0]).toContain('Removed');
    const violation = await rig.violation();
    expect(violation).toMatchObject({ done: violation?.wanted, told: { state: 'gone' } });
  });

  it('has no more than ten lines a minute for a rule, and counts the others', async () => {
    const rig = createRuleRig();
    await rig.rule();
    for (let count = 0; count < 13; count += 1) rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toHaveLength(13);
    expect(rig.read()).toHaveLength(10);
    const all = await rig.parts.violations.find({ limit: 20 }, never);
    expect(all.filter(({ report }) => report.summarised)).toHaveLength(3);
  });

  it('has no more than ten notices a minute in a channel', async () => {
    const rig = createRuleRig();
    await rig.rule({ notice: 'No keys.' });
    for (let count = 0; count < 13; count += 1) rig.say({ text: secret });
    await rig.settle();
    expect(rig.read(channel)).toHaveLength(10);
  });

  it('has a line in any case for a removal that its author says is a mistake', async () => {
    const rig = createRuleRig();
    await rig.rule();
    for (let count = 0; count < 11; count += 1) rig.say({ text: secret });
    await rig.settle();
    const { id, wanted } = (await rig.violation('11'))!;
    const appeal = { state: 'asked', by: 'slack:UAUTHOR', atMs: 1, channel: null } as const;
    await rig.parts.violations.update(id, (now) => ({ ...now, wanted: wanted + 1, appeal }), never);
    await rig.run({ v: 1, kind: 'violation', violationId: id, wanted: wanted + 1 });
    await rig.settle();
    expect(rig.read()).toHaveLength(11);
    expect(rig.read()[10]).toContain('The author says that this is a mistake.');
  });
});
