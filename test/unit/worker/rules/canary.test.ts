import { expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { violationIdOf } from '@watchpost/rules/store/violations';
import { adminChannel, channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

/** Whatever a message says, in all the forms that it may have. */
const forms = [secret, secret.slice(4, 11), Buffer.from(secret).toString('base64').slice(0, 12), encodeURIComponent(secret)];

async function tracesOf(rig: RuleRig): Promise<Record<string, string[]>> {
  const admins = rig.posts.messages.filter((each) => each.channel !== channel).map((each) => JSON.stringify(each));
  const { body } = await rig.metrics.scrape();
  return { logs: rig.lines, jobs: rig.everQueued, documents: rig.written, metrics: [body], posts: admins };
}

it('nothing of what matched stands in a log, an error, a job, a document, a metric or a report', async () => {
  const rig = createRuleRig();
  await rig.rule({ action: 'quarantine', notice: 'No keys.' });
  const told = new Set<number>();
  rig.onRemove = () => {
    if (told.size === 0 && told.add(1)) throw new AppError('removal-unconfirmed', 'still there');
  };
  rig.say({
    text: `text ${secret}`,
    before: [{ where: 'text', text: `before ${secret}` }],
    files: [{ id: 'F1', bytes: `file ${secret}`, name: `${secret}.txt` }],
  });
  rig.say({ text: secret, author: { member: null, bot: 'B1' } });
  await rig.settle();
  const id = violationIdOf(channel, '1');
  const asked = { what: 'put-back', by: 'slack:UADMIN', atMs: 1 } as const;
  const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, wanted: now.wanted + 1, asked }), never);
  rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
  await rig.settle();
  const traces = await tracesOf(rig);
  for (const [where, all] of Object.entries(traces)) {
    expect({ where, lines: all.length }).not.toEqual({ where, lines: 0 });
    for (const form of forms) expect({ where, form, found: all.filter((each) => each.includes(form)) }).toEqual({ where, form, found: [] });
  }
  // The test would find it: this is what the admin had put back.
  expect(rig.read(channel).join(' ')).toContain(secret);
  expect(rig.read(adminChannel)).toHaveLength(2);
});
