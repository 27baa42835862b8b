import { expect, it, describe } from 'vitest';
import { adminChannel, channel, createRuleRig, never, secret } from '../../../support/rule-rig.ts';

describe('a message that says what a rule does not allow', () => {
  it('is removed, reported once with the match masked, and its author is told once', async () => {
    const rig = createRuleRig();
    await rig.rule({ notice: 'Keys belong into the vault.' });
    rig.say({ text: `here: ${secret}` });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('AKIA…(16)');
    expect(rig.read()[0]).toContain('Removed');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
    expect(rig.read(channel)).toEqual(['Keys belong into the vault.']);
    const violation = await rig.violation();
    expect(violation).toMatchObject({ removal: { state: 'removed', error: null }, done: violation?.wanted });
  });

  it('of which nothing is said leaves nothing but a count', async () => {
    const rig = createRuleRig({ over: () => ({ violations: null, quarantine: null }) });
    await rig.rule();
    rig.say({ text: 'good morning' });
    await rig.settle();
    expect(await rig.violation()).toBeNull();
    expect(rig.posts.messages).toEqual([]);
    expect((await rig.metrics.scrape()).body).toContain('watchpost_messages_total{outcome="clean"} 1');
  });

  it('is only recorded and reported as a dry run by a new rule', async () => {
    const rig = createRuleRig();
    await rig.rule({ dryRun: true });
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()[0]).toContain('Dry run: it would have been removed');
    expect(rig.read('slack:DUAUTHOR')).toEqual([]);
  });

  it('is only reported where the rule says so, and nobody else is told', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'report', notice: 'Never shown.' });
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()[0]).toContain('Only reported');
    expect(rig.read()[0]).toContain('message');
    expect(rig.posts.messages.map((each) => each.channel)).toEqual([adminChannel]);
  });

  it('stays where it is, and the report says why, while nothing can be removed', async () => {
    const rig = createRuleRig();
    rig.canRemove = { can: false, why: 'Set SLACK_USER_TOKEN.' };
    await rig.rule();
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()[0]).toContain('Only reported: Set SLACK_USER_TOKEN.');
    expect((await rig.violation())?.removal.state).toBe('none');
  });

  it('does not keep what two rules want from being one report, and the stronger action wins', async () => {
    const rig = createRuleRig();
    await rig.rule({ name: 'Reported', action: 'report' });
    await rig.rule({ name: 'Kept', action: 'quarantine', look: { pattern: 'CANARY7' } });
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Removed, the original is in quarantine.');
    const { id } = (await rig.violation())!;
    expect(await rig.parts.quarantine.message(id, never)).toEqual({ texts: [{ where: 'text', text: secret }] });
  });

  it('is found in a message with a picture attached, whose text is scanned all the same', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret, files: [{ id: 'F1', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0xc3]), name: 'x.png' }] });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
  });

  it('is found beside a rule that does not work', async () => {
    const rig = createRuleRig();
    const good = await rig.rule();
    const { document } = await rig.documents.get('rules', 'rules', never);
    const broken = { ...good, id: 'bad', name: 'Bad', look: { pattern: '(' } };
    const body = document!.body as { rules: unknown[] };
    await rig.documents.put({ ...document!, body: { ...body, rules: [broken, ...body.rules] } }, never);
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
  });

  it('is found in what an edit has taken away, and in what it has brought', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: 'nothing here any more', before: [{ where: 'text', text: secret }] });
    rig.say({ text: secret, before: [{ where: 'text', text: 'nothing' }] });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1', 'message 2']);
  });

  it('ends quietly if it is gone before it could be read', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const job = rig.say({ text: secret });
    rig.messages.clear();
    expect(await rig.run({ ...job, sealed: null })).toBe('idle');
    expect(await rig.violation()).toBeNull();
    expect((await rig.metrics.scrape()).body).toContain('watchpost_messages_total{outcome="gone"} 1');
  });

  it('is read anew where its sealed content was erased, or sealed with a key that nobody has', async () => {
    const rig = createRuleRig();
    await rig.rule();
    for (const sealed of [null, Buffer.alloc(60, 1).toString('base64')]) {
      const job = rig.say({ text: secret });
      rig.queued.length = 0;
      await rig.run({ ...job, sealed });
      expect(await rig.violation(job.messageId)).not.toBeNull();
    }
  });

  it('that was sealed with a key that nobody has is an error in the log, once an hour', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const said = (): number => rig.lines.filter((line) => line.includes('the same MESSAGE_KEY')).length;
    const unreadable = async (sealed: string | null): Promise<unknown> => rig.run({ ...rig.say({ text: 'hello' }), sealed });
    await unreadable(null);
    expect(said()).toBe(0);
    for (const _ of [1, 2]) await unreadable(Buffer.alloc(60, 1).toString('base64'));
    expect(said()).toBe(1);
    rig.nowMs += 3_600_000;
    await unreadable(Buffer.alloc(60, 1).toString('base64'));
    expect(said()).toBe(2);
  });

  it('is dropped unread where no rule applies to it', async () => {
    const rig = createRuleRig();
    await rig.rule({ scope: { in: 'some', channels: ['slack:COTHER'] } });
    rig.say({ text: secret });
    await rig.settle();
    expect(await rig.violation()).toBeNull();
    expect((await rig.metrics.scrape()).body).not.toContain('watchpost_messages_total{');
  });

  it('that was deleted by its author meanwhile is reported as gone, and the author is not told', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    rig.messages.clear();
    await rig.settle();
    expect(rig.read()[0]).toContain('Somebody else had removed it already');
    expect(rig.read('slack:DUAUTHOR')).toEqual([]);
  });

  it('of a bot is removed, and no bot is written to', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret, author: { member: 'UBOT', bot: 'B1', app: 'A1' } });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.posts.messages.map((each) => each.channel)).toEqual([adminChannel]);
  });
});

describe('a message that could not be judged', () => {
  it('is reported as such once no further attempt follows', async () => {
    const failing = { judge: async () => Promise.reject(new Error(`cannot judge ${secret}`)), rules: [] as never[], broken: [] };
    const rig = createRuleRig({
      over: ({ followedRules }) => ({
        followedRules: { ready: async () => ({ ...failing, rules: (await followedRules.ready(never)).rules }) },
      }),
    });
    await rig.rule();
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Not everything could be read');
    expect((await rig.violation())?.unread).toEqual([{ fileId: null, where: 'text', reason: 'internal' }]);
  });
});
