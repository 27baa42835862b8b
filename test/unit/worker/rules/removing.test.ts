import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

/** Fails with these, one after the other, then works. */
function failing(rig: RuleRig, ...codes: (ErrorCode | AppError)[]): void {
  rig.onRemove = () => {
    const next = codes.shift();
    if (next) throw next instanceof AppError ? next : new AppError(next, `chat.delete: ${next}`);
  };
}

describe('a removal', () => {
  it('that fails for a moment is tried again', async () => {
    const rig = createRuleRig();
    await rig.rule();
    failing(rig, 'chat-unavailable', 'removal-unconfirmed');
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Removed');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });

  it('that fails again is reported while it is tried further', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const seen: string[] = [];
    rig.onRemove = () => {
      seen.push(...rig.read());
      if (seen.length === 0 || seen.length > 1) throw new AppError('removal-unconfirmed', 'Slack said yes, and still shows it.');
    };
    rig.say({ text: secret });
    await rig.settle();
    expect(seen[0]).toContain('It could not be removed yet, and is tried again: Slack said yes, and still shows it.');
  });

  it('that the platform refuses is escalated: the report says that it is still there, and its author is asked to delete it', async () => {
    const rig = createRuleRig();
    await rig.rule();
    failing(rig, new AppError('removal-refused', 'Slack does not let an admin remove this one.'));
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Could not be removed, and is still there: Slack does not let an admin remove this one.');
    expect(rig.read('slack:DUAUTHOR')[0]).toContain('Please delete your message');
    const violation = await rig.violation();
    expect(violation?.done).toBe(violation?.wanted);
    expect((await rig.metrics.scrape()).body).toContain('watchpost_removals_total{outcome="refused"} 1');
  });

  it('that is not done after all attempts is escalated', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.onRemove = () => {
      throw new AppError('removal-unconfirmed', 'It is still there.');
    };
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Could not be removed, and is still there: It is still there.');
    expect((await rig.violation())?.removal).toMatchObject({ state: 'failed', tries: 6 });
  });

  it('that waits for a person is told at once, holds up nothing, and is done when that is repaired', async () => {
    const rig = createRuleRig();
    await rig.rule();
    failing(rig, new AppError('chat-not-authorised', 'The token was revoked.'));
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    const job = rig.queued.shift()!;
    await expect(rig.run(job)).rejects.toMatchObject({ code: 'violation-waiting', retryAfterMs: 60_000 });
    await rig.run(rig.queued.shift()!);
    expect(rig.read()[0]).toContain('tried again: The token was revoked.');
    rig.queued.push(job);
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Removed');
  });

  it('of a worker that died before it knew is ours, and its author is told', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    let isDead = false;
    rig.step = () => {
      if (isDead || rig.removals.length === 0) return;
      isDead = true;
      throw new AppError('internal', 'killed');
    };
    await rig.settle();
    expect({ isDead, read: rig.read()[0] }).toEqual({ isDead: true, read: expect.stringContaining('Removed.') });
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });

  it('that the platform had no time for is not ours if somebody else does it meanwhile', async () => {
    const rig = createRuleRig();
    await rig.rule();
    failing(rig, new AppError('chat-rate-limited', 'chat.delete: 429', { retryAfterMs: 30_000 }));
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    await expect(rig.run(rig.queued[0]!)).rejects.toMatchObject({ code: 'chat-rate-limited' });
    rig.messages.clear();
    await rig.settle();
    expect(rig.read()[0]).toContain('Somebody else had removed it already');
  });

  it('of a file that is refused does not keep the message where it is', async () => {
    const rig = createRuleRig();
    await rig.rule();
    failing(rig, new AppError('removal-refused', 'Not this file.'));
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()[0]).toContain('Could not be removed, and is still there: a file. Not this file.');
  });

  it('is over without a turn to post: however many posts wait, the next message is removed', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.posts.send = async () => new Promise<never>(() => undefined);
    for (const _ of [1, 2]) {
      rig.say({ text: secret });
      await rig.run(rig.queued.shift()!);
      await rig.run(rig.queued.shift()!);
      void rig.run(rig.queued.shift()!).catch(() => undefined);
    }
    expect(rig.removals).toEqual(['message 1', 'message 2']);
  });

  it('comes before anybody is told', async () => {
    const rig = createRuleRig();
    await rig.rule({ notice: 'No keys.' });
    let told = 0;
    rig.onRemove = () => void (told = rig.posts.messages.length);
    rig.say({ text: secret });
    await rig.settle();
    expect(told).toBe(0);
    expect(rig.posts.messages).toHaveLength(3);
  });

  it('does not come after a rule was removed, disabled or put back into dry run', async () => {
    for (const change of ['remove', 'disable', 'dry run'] as const) {
      const rig = createRuleRig();
      await rig.rule();
      rig.say({ text: secret });
      await rig.run(rig.queued.shift()!);
      if (change === 'remove') await rig.parts.rules.remove('Keys', 'cli:test', never);
      else await rig.parts.rules.edit('Keys', change === 'disable' ? { enabled: false } : { dryRun: true }, 'cli:test', never);
      await rig.settle();
      expect({ change, removals: rig.removals }).toEqual({ change, removals: [] });
      expect(rig.read()[0]).toContain('Dry run');
    }
  });

  it('of another version that an admin has forgiven does not come', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    const { id } = (await rig.violation())!;
    const accepted = { state: 'accepted', by: 'slack:UADMIN', atMs: rig.nowMs, channel: null } as const;
    await rig.parts.violations.update(id, (now) => ({ ...now, appeal: accepted }), never);
    await rig.settle();
    expect(rig.removals).toEqual([]);
  });
});

describe('what was removed', () => {
  it('stays reported as it was when its rule is gone afterwards, and is told no second time', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    await rig.settle();
    await rig.parts.rules.remove('Keys', 'cli:test', never);
    const { id, wanted } = (await rig.violation())!;
    await rig.parts.violations.update(id, (now) => ({ ...now, wanted: wanted + 1 }), never);
    await rig.run({ v: 1, kind: 'violation', violationId: id, wanted: wanted + 1 });
    await rig.settle();
    expect((await rig.violation())?.findings).toMatchObject([{ dryRun: false }]);
    expect(rig.read()).toEqual([expect.stringContaining('Removed.')]);
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });
});

describe('two workers', () => {
  it('that have the same violation remove it once and tell of it once', async () => {
    const rig = createRuleRig();
    await rig.rule({ notice: 'No keys.' });
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    const job = rig.queued.shift()!;
    const both = await Promise.allSettled([rig.run(job), rig.run(job)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const telling = rig.queued.shift()!;
    const told = await Promise.allSettled([rig.run(telling), rig.run(telling)]);
    expect(told.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect([await rig.run(job), await rig.run(telling)]).toEqual(['idle', 'idle']);
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.posts.messages).toHaveLength(3);
  });

  it('that get the same message have one violation', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const job = rig.say({ text: secret });
    rig.queued.push({ ...job, id: job.id });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect((await rig.violation())?.findings).toHaveLength(1);
  });
});

describe('the brake', () => {
  it('puts a rule that would remove too much back into dry run, tells the admins once, and lets it begin anew', async () => {
    const rig = createRuleRig();
    await rig.rule({ mostAnHour: 3 });
    for (let count = 0; count < 5; count += 1) rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toHaveLength(3);
    const [rule] = await rig.parts.rules.list(never);
    expect(rule?.dryRun).toBe(true);
    const [change] = await rig.parts.rules.changes(1, never);
    expect(change).toMatchObject({ actor: 'watchpost', what: 'edited' });
    expect(rig.everQueued.filter((each) => each.startsWith('notice-brake-'))).toHaveLength(1);
    expect(rig.read()[3]).toContain('Dry run');
    rig.nowMs += 1;
    await rig.parts.rules.edit('Keys', { dryRun: false }, 'slack:UADMIN', never);
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toHaveLength(4);
  });

  it('lets a rule go on that removes no more than it may within an hour', async () => {
    const rig = createRuleRig();
    await rig.rule({ mostAnHour: 2 });
    for (let count = 0; count < 5; count += 1) {
      rig.say({ text: secret });
      await rig.settle();
      rig.nowMs += 31 * 60_000;
    }
    expect(rig.removals).toHaveLength(5);
  });
});
