import { describe, expect, it } from 'vitest';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { channel, createRuleRig, never, secret } from '../../../support/rule-rig.ts';
import { afterDeath, caught, dieAt, keptOf } from '../../../support/rules-killed.ts';

describe('a worker that is killed', () => {
  it('at any step, is followed by one that removes once, tells everybody once and loses nothing', async () => {
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const rig = createRuleRig();
      await rig.rule({ action: 'quarantine', notice: 'No keys.' });
      const { died, outcome } = await afterDeath(rig, at, channel);
      expect({ at, outcome }).toEqual({ at, outcome: caught });
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(50);
  }, 180_000);

  it('while it puts an original back, is followed by one that puts it back once', async () => {
    const id = violationIdOf(channel, '1');
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const rig = createRuleRig();
      await rig.rule({ action: 'quarantine' });
      rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
      await rig.settle();
      const asked = { what: 'put-back', by: 'slack:UADMIN', atMs: 1 } as const;
      const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
      const { died } = dieAt(rig, at);
      rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
      await rig.settle();
      const after = await rig.violation();
      const outcome = {
        back: rig.read(channel).length,
        kept: { state: after?.kept.state, by: after?.kept.by },
        asked: after?.asked,
        left: await keptOf(rig, id),
        removals: rig.removals.length,
      };
      const expected = { back: 1, kept: { state: 'put-back', by: 'slack:UADMIN' }, asked: null, left: { texts: 0, files: 0 }, removals: 2 };
      expect({ at, outcome }).toEqual({ at, outcome: expected });
      if (!died()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(15);
  }, 180_000);
});
