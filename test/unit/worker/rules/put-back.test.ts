import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { renderPost } from '@watchpost/slack/blocks/render-post';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

const id = violationIdOf(channel, '1');

async function putBack(rig: RuleRig): Promise<void> {
  const asked = { what: 'put-back', by: 'slack:UADMIN', atMs: 1 } as const;
  const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
  rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
  await rig.settle();
}

/** What is kept under whatever key. */
const kept = (rig: RuleRig) => rig.documents.find({ kind: 'quarantine-part', order: 'oldest', limit: 10 }, never);

describe('putting a message back', () => {
  it('loses nothing of a long one whose marks take more room than its text', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    const long = `${secret} ${'`a` '.repeat(2_000)}THE END`;
    rig.say({ text: long });
    await rig.settle();
    await putBack(rig);
    const [sent] = rig.posts.messages.filter((each) => each.channel === channel);
    expect(JSON.stringify(renderPost(sent!.post, { fileId: null }).blocks)).not.toContain('not fit');
    expect([...rig.posts.files.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual([long]);
  });

  it('brings its other files too, which nobody sees once their message is gone', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret, files: [{ id: 'F1', bytes: 'a clean file', name: 'plan.txt' }] });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    await putBack(rig);
    expect([...rig.posts.files.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual(['a clean file']);
  });

  it('does not say again what still stands: only the file that could be removed comes back', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.onRemove = (what) => {
      if (what.startsWith('message')) throw new AppError('removal-refused', 'Slack refuses to delete the message');
    };
    rig.say({
      text: secret,
      files: [
        { id: 'F1', bytes: `${secret} in a file` },
        { id: 'F2', bytes: 'clean' },
      ],
    });
    await rig.settle();
    expect(rig.removals).toEqual(['file F1']);
    await putBack(rig);
    expect(rig.read(channel).join()).not.toContain(secret);
    expect([...rig.posts.files.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual([`${secret} in a file`]);
  });

  it('is not needed where an admin accepts that it stands: the report says that nothing was removed', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.onRemove = () => {
      throw new AppError('removal-refused', 'Slack refuses to delete the message');
    };
    rig.say({ text: secret });
    await rig.settle();
    const appeal = { state: 'accepted', by: 'slack:UADMIN', atMs: 1, channel: null } as const;
    const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, appeal }), never);
    rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
    await rig.settle();
    expect(rig.read()[0]).toContain('is still there');
  });
});

describe('what was not removed', () => {
  it('is not kept in quarantine either', async () => {
    const rig = createRuleRig();
    rig.canRemove = { can: false, why: 'SLACK_USER_TOKEN is not set' };
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(await kept(rig)).toEqual([]);
  });
});
