import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

/** Dies at its `at`-th step, once: each write and each call is a step before it and one after it. Resolves to whether it came to that. */
function dieAt(rig: RuleRig, at: number): { died: () => boolean } {
  let steps = 0;
  rig.step = () => {
    steps += 1;
    if (steps === at) throw new AppError('internal', 'killed');
  };
  return { died: () => steps >= at };
}

async function violationOf(rig: RuleRig, place: string) {
  const violation = await rig.violation();
  if (!violation) throw new Error(`no violation: ${place}`);
  return violation;
}

async function keptOf(rig: RuleRig): Promise<{ texts: number; files: number }> {
  const { id } = await violationOf(rig, 'kept');
  const original = await rig.parts.quarantine.message(id, never);
  return { texts: original?.texts.length ?? 0, files: (await rig.parts.quarantine.files(id, never)).length };
}

describe('a worker that is killed', () => {
  it('at any step, is followed by one that removes once, tells everybody once and loses nothing', async () => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const rig = createRuleRig();
      await rig.rule({ action: 'quarantine', notice: 'No keys.' });
      const place = `killed at step ${at}`;
      const { died } = dieAt(rig, at);
      rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
      await rig.settle();
      const violation = await violationOf(rig, place);
      expect({ place, removals: rig.removals.toSorted() }).toEqual({ place, removals: ['file F1', 'message 1'] });
      const reads = { place, reports: rig.read().length, text: rig.read()[0] };
      const says = /in file 1\nRemoved, the original is in quarantine\.$/;
      expect(reads).toEqual({ place, reports: 1, text: expect.stringMatching(says) });
      expect({ place, told: rig.read('slack:DUAUTHOR').length }).toEqual({ place, told: 1 });
      expect({ place, noticed: rig.read(channel) }).toEqual({ place, noticed: ['No keys.'] });
      expect({ place, left: violation.wanted - violation.done, state: violation.removal.state }).toEqual({
        place,
        left: 0,
        state: 'removed',
      });
      expect({ place, kept: await keptOf(rig) }).toEqual({ place, kept: { texts: 1, files: 1 } });
      if (!died()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(50);
  }, 60_000);

  it('while it puts an original back, is followed by one that puts it back once', async () => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const rig = createRuleRig();
      await rig.rule({ action: 'quarantine' });
      rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
      await rig.settle();
      const { id } = await violationOf(rig, 'before');
      const asked = { what: 'put-back', by: 'slack:UADMIN', atMs: 1 } as const;
      const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
      const { died } = dieAt(rig, at);
      rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
      await rig.settle();
      const place = `killed at step ${at}`;
      expect({ place, back: rig.read(channel).length }).toEqual({ place, back: 1 });
      const after = await violationOf(rig, place);
      expect({ place, kept: after.kept.state, by: after.kept.by, asked: after.asked }).toEqual({
        place,
        kept: 'put-back',
        by: 'slack:UADMIN',
        asked: null,
      });
      expect({ place, kept: await keptOf(rig) }).toEqual({ place, kept: { texts: 0, files: 0 } });
      expect({ place, removals: rig.removals.length }).toEqual({ place, removals: 2 });
      if (!died()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(15);
  }, 60_000);
});
