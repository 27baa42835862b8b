import { AppError } from '@watchpost/shared/errors';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { adminChannel, never, secret, type RuleRig } from './rule-rig.ts';

/** Dies at its `at`-th step, once: each write and each call is a step before it and one after it. */
export function dieAt(rig: RuleRig, at: number): { died: () => boolean } {
  let steps = 0;
  rig.step = () => {
    steps += 1;
    if (steps === at) throw new AppError('internal', 'killed');
  };
  return { died: () => steps >= at };
}

/** How many texts and files are in quarantine. */
export async function keptOf(rig: RuleRig, id: string): Promise<{ texts: number; files: number }> {
  const original = await rig.parts.quarantine.message(id, never);
  return { texts: original?.texts.length ?? 0, files: (await rig.parts.quarantine.files(id, never)).length };
}

/** What is left of a message with a file, both of which a rule wants in quarantine, when one worker died and others went on. */
export async function afterDeath(rig: RuleRig, at: number, where: `slack:${string}`) {
  const { died } = dieAt(rig, at);
  const { messageId } = rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }], in: where });
  await rig.settle();
  const id = violationIdOf(where, messageId);
  const violation = (await rig.parts.violations.get(id, never))?.violation;
  const [first = ''] = rig.read(adminChannel);
  return {
    died: died(),
    outcome: {
      removals: rig.removals.map((each) => each.split(' ')[0] ?? '').toSorted(),
      reports: rig.read(adminChannel).length,
      says: first.slice(first.indexOf('in file 1')),
      told: rig.read('slack:DUAUTHOR').length,
      noticed: rig.read(where),
      state: violation?.removal.state,
      left: (violation?.wanted ?? 0) - (violation?.done ?? 0),
      kept: await keptOf(rig, id),
    },
  };
}

/** Whatever happened, it must come to this. */
export const caught = {
  removals: ['file', 'message'],
  reports: 1,
  says: 'in file 1\nRemoved, the original is in quarantine.',
  told: 1,
  noticed: ['No keys.'],
  state: 'removed',
  left: 0,
  kept: { texts: 1, files: 1 },
};
