import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

const id = violationIdOf(channel, '1');

async function caught(rig: RuleRig): Promise<void> {
  await rig.rule({ action: 'quarantine' });
  rig.say({ text: `the key is ${secret}`, files: [{ id: 'F1', bytes: `${secret} in a file`, name: 'keys.txt' }] });
  await rig.settle();
}

async function ask(rig: RuleRig, what: 'put-back' | 'delete'): Promise<void> {
  const asked = { what, by: 'slack:UADMIN', atMs: 1 };
  const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
  rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
  await rig.settle();
}

describe('what is in quarantine', () => {
  it('is there before anything is removed', async () => {
    const rig = createRuleRig();
    const kept: boolean[] = [];
    rig.onRemove = () => void kept.push(rig.everQueued.length > 0);
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    expect(await rig.parts.quarantine.message(id, never)).toEqual({ texts: [{ where: 'text', text: secret }] });
    expect(rig.removals).toEqual([]);
  });

  it('is read from the channel where the job that found it had not all of it', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: 'what the message says', files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect((await rig.parts.quarantine.message(id, never))?.texts).toEqual([{ where: 'text', text: 'what the message says' }]);
  });

  it('is all of a long message, although each of its jobs has only a part', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    const job = rig.say({ text: `${secret} and more` });
    const partId = `C1-1.0-${'a'.repeat(22)}-2`;
    const part = { texts: [{ where: 'text, part 2', text: secret }], before: null, files: [] };
    rig.queued = [{ ...job, id: partId, sealed: sealJson(rig.parts.envelope, part, partId) }];
    await rig.settle();
    expect((await rig.parts.quarantine.message(id, never))?.texts).toEqual([{ where: 'text', text: `${secret} and more` }]);
  });

  it('is put back as our post that says who wrote it, with its files, and is erased', async () => {
    const rig = createRuleRig();
    await caught(rig);
    await ask(rig, 'put-back');
    expect(rig.read(channel)).toHaveLength(1);
    expect(rig.read(channel)[0]).toContain('UAUTHOR wrote this. UADMIN had it put back:');
    expect(rig.read(channel)[0]).toContain(`the key is ${secret}`);
    expect([...rig.posts.files.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual([`${secret} in a file`]);
    expect(await rig.parts.quarantine.message(id, never)).toBeNull();
    expect(rig.read()[0]).toContain('Removed, and put back by UADMIN.');
  });

  it('and was put back is not judged again, nor is the file that came with it', async () => {
    const rig = createRuleRig();
    await caught(rig);
    await ask(rig, 'put-back');
    const [fileId] = rig.posts.files.keys();
    for (const text of ['', secret])
      rig.say({ text, files: [{ id: fileId!, bytes: secret }], author: { member: 'UBOT', bot: 'B1', app: 'A1' } });
    await rig.settle();
    expect(rig.removals.toSorted()).toEqual(['file F1', 'message 1']);
  });

  it('is deleted when an admin wants that', async () => {
    const rig = createRuleRig();
    await caught(rig);
    await ask(rig, 'delete');
    expect(await rig.parts.quarantine.files(id, never)).toEqual([]);
    expect(rig.read(channel)).toEqual([]);
    expect(rig.read()[0]).toContain('UADMIN deleted the original.');
  });

  it('stays there where the channel takes no post of ours, and the admins can ask again', async () => {
    const rig = createRuleRig();
    await caught(rig);
    const posts = { ...rig.posts };
    rig.posts.send = async (post, save, signal) => {
      if (post.channel === channel) throw new AppError('channel-not-available', 'chat.postMessage: is_archived');
      return posts.send(post, save, signal);
    };
    await ask(rig, 'put-back');
    expect(await rig.violation()).toMatchObject({ kept: { state: 'kept' }, asked: null, restored: null });
    expect(await rig.parts.quarantine.message(id, never)).not.toBeNull();
  });

  it('cannot be there without a key: the rule only reports, and says so', async () => {
    const rig = createRuleRig({ keys: null });
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()[0]).toContain('Only reported: nothing can be kept without QUARANTINE_KEY.');
  });

  it('must be complete: a file that cannot be kept is not removed', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.run(rig.queued.shift()!);
    await rig.run(rig.queued.shift()!);
    await rig.parts.quarantine.erase(id, never);
    rig.files.set('F1', Buffer.alloc(200_000));
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()[0]).toContain('a file could not be kept (file-too-large), so nothing was removed');
  });
});
