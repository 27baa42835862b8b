import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

/** Dies at its `at`-th step, once. Resolves to whether it came to that. */
function dieAt(rig: RuleRig, at: number): { died: () => boolean } {
  let steps = 0;
  rig.step = () => {
    steps += 1;
    if (steps === at) throw new AppError('internal', 'killed');
  };
  return { died: () => steps >= at };
}

describe('a worker that is killed while it puts a rule back into dry run', () => {
  it('is followed by one that tells the admins', async () => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const rig = createRuleRig();
      await rig.rule({ mostAnHour: 1 });
      rig.say({ text: secret });
      await rig.settle();
      const place = `killed at step ${at}`;
      const { died } = dieAt(rig, at);
      rig.say({ text: secret });
      await rig.settle();
      const [rule] = await rig.parts.rules.list(never);
      const notices = await rig.documents.find({ kind: 'notice', order: 'newest', limit: 10 }, never);
      const queued = new Set(rig.everQueued.filter((each) => each.includes('"kind":"notice"')));
      expect({ place, dryRun: rule?.dryRun, notices: notices.map(({ id }) => id.split('-')[0]), queued: queued.size }).toEqual({
        place,
        dryRun: true,
        notices: ['brake'],
        queued: 1,
      });
      expect({ place, removals: rig.removals }).toEqual({ place, removals: ['message 1'] });
      if (!died()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(10);
  }, 60_000);
});

describe('workers that die of a violation', () => {
  it('while they told that it is not removed yet, do not keep it from being removed', async () => {
    const rig = createRuleRig();
    await rig.rule();
    let isRepaired = false;
    rig.onRemove = () => {
      if (!isRepaired) throw new AppError('chat-not-authorised', 'token_revoked');
    };
    await rig.run(rig.say({ text: secret }));
    rig.queued.shift();
    const violation = rig.queued.shift()!;
    await expect(rig.run(violation)).rejects.toMatchObject({ code: 'violation-waiting' });
    const telling = rig.queued.shift()!;
    expect(telling).toMatchObject({ kind: 'telling', what: 'delay' });
    await rig.lose(telling);
    isRepaired = true;
    rig.queued.push(violation);
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()).toHaveLength(1);
  });

  it('before they had decided, are followed by one that removes', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const job = rig.say({ text: secret });
    await rig.run(job);
    rig.queued.shift();
    await rig.lose(rig.queued.shift()!);
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()).toHaveLength(1);
  });

  it('after it was removed, are followed by one that tells of it, and no other one', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const job = rig.say({ text: secret });
    await rig.run(job);
    rig.queued.shift();
    const violation = rig.queued.shift()!;
    let isDead = false;
    rig.posts.step = () => {
      isDead = true;
      throw new AppError('internal', 'killed');
    };
    await rig.run(violation);
    const telling = rig.queued.shift()!;
    await expect(rig.run(telling)).rejects.toThrow('killed');
    expect(isDead).toBe(true);
    expect((await rig.violation())?.removal.state).toBe('removed');
    await rig.lose(telling);
    const [next] = rig.queued;
    if (!next) throw new Error('nothing follows');
    rig.queued = [];
    await rig.lose(next);
    expect(rig.queued).toEqual([]);
    rig.posts.step = () => undefined;
    rig.queued = [next];
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Removed.');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });
});
