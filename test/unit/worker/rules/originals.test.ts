import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { reportOf } from '@watchpost/rules/words/report';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { decide } from '@watchpost/rules/decide';
import { channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

const id = violationIdOf(channel, '1');

async function ask(rig: RuleRig, what: 'put-back' | 'delete'): Promise<void> {
  const asked = { what, by: 'slack:UADMIN', atMs: 1 };
  const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
  rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
  await rig.settle();
}

const stored = async (rig: RuleRig) => {
  const original = await rig.parts.quarantine.message(id, never);
  return { text: original !== null, files: (await rig.parts.quarantine.files(id, never)).length };
};

describe('an original', () => {
  it('that is longer than a post comes back as a file, whole', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    const text = `${secret} ${'a line & more\n'.repeat(2_500)}the end`;
    rig.say({ text });
    await rig.settle();
    await ask(rig, 'put-back');
    expect([...rig.posts.files.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual([text]);
    expect(rig.read(channel)[0]).toContain('UAUTHOR wrote this.');
    expect(rig.read(channel)[0]!.length).toBeLessThan(1_000);
  });

  it('is not put back beside a message that still stands', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.onRemove = () => {
      throw new AppError('removal-refused', 'Slack refuses.');
    };
    rig.say({ text: secret });
    await rig.settle();
    const violation = await rig.violation();
    if (!violation) throw new Error('no violation');
    const facts = { link: null, canRemove: { can: true } } as const;
    const labels = reportOf(violation, facts).sections.flatMap(({ buttons }) => buttons.map(({ label }) => label));
    expect(labels).toEqual(['Delete the original']);
    const pressed = { by: 'slack:UADMIN', channel: null, atMs: 1 };
    expect(decide(violation, { ...pressed, action: 'put-back' }).next).toBeNull();
    const appealed = { ...violation, appeal: { state: 'asked', by: 'slack:UAUTHOR', atMs: 1, channel: null } } as const;
    expect(decide(appealed, { ...pressed, action: 'accept' }).next).toMatchObject({ appeal: { state: 'accepted' }, asked: null });
  });

  it('that an admin has deleted is not kept again when the platform tells of the message once more', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    const job = rig.say({ text: secret });
    await rig.settle();
    await ask(rig, 'delete');
    await rig.run(job);
    await rig.settle();
    expect(await stored(rig)).toEqual({ text: false, files: 0 });
    expect((await rig.violation())?.kept.state).toBe('deleted');
  });

  it('of a file that is found after an admin has deleted the rest can be put back or deleted, too', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
    await rig.run(rig.queued.shift()!);
    const late = rig.queued.filter(({ kind }) => kind === 'file');
    rig.queued = rig.queued.filter(({ kind }) => kind !== 'file');
    await rig.settle();
    await ask(rig, 'delete');
    rig.queued = late;
    await rig.settle();
    expect(rig.removals).toEqual(['message 1', 'file F1']);
    expect(await stored(rig)).toEqual({ text: false, files: 1 });
    expect((await rig.violation())?.kept.state).toBe('kept');
  });

  it('is not kept of a message that is only reported', async () => {
    const rig = createRuleRig();
    rig.canRemove = { can: false, why: 'There is no token.' };
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(await stored(rig)).toEqual({ text: false, files: 0 });
  });

  it('that was kept under a key that is lost is kept once more, and does not keep anything from being removed', async () => {
    const before = createRuleRig({ keys: ['an older key of a test that has 32 characters'] });
    await before.rule({ action: 'quarantine' });
    before.onRemove = () => {
      throw new AppError('chat-not-authorised', 'token_revoked');
    };
    before.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
    for (const kind of ['message', 'file', 'violation']) {
      const job = before.queued.find((each) => each.kind === kind)!;
      await before.run(job).catch(() => undefined);
    }
    const rig = createRuleRig({ documents: before.documents });
    rig.messages = before.messages;
    rig.files = before.files;
    const { wanted } = (await rig.violation())!;
    rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted });
    await rig.settle();
    expect(rig.removals.toSorted()).toEqual(['file F1', 'message 1']);
    expect(await stored(rig)).toEqual({ text: true, files: 1 });
  });

  it('that came back is no way past the rules: whoever shares its file says something of their own', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    await ask(rig, 'put-back');
    const [fileId] = rig.posts.files.keys();
    rig.say({ text: secret, files: [{ id: fileId!, bytes: secret }] });
    await rig.settle();
    expect(rig.removals.toSorted()).toEqual(['file F1', 'message 1', 'message 2']);
  });
});
