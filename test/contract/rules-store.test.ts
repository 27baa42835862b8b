import { randomBytes } from 'node:crypto';
import { followRules } from '@watchpost/rules/store/follow-rules';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations, violationIdOf } from '@watchpost/rules/store/violations';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { findingSample, messageSample } from '../support/rule-samples.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const look = { pattern: 'Zeus \\d{1,3}' };
const keys = ['k'.repeat(40)];
const keepMs = 90 * 86_400_000;

onEachStore('rules, violations and quarantine', ({ database, another }) => {
  it('rules that two processes add at once are all there, also for a third one that starts later', async () => {
    const processes = [database(), await another()].map(({ documents }) => createRules(documents, { canQuarantine: true }));
    const names = Array.from({ length: 8 }, (_, number) => `Rule ${String(number)}`);
    await Promise.all(names.map(async (name, index) => processes[index % 2]!.add({ name, look }, 'cli:ada', never)));
    const later = createRules((await another()).documents, { canQuarantine: true });
    const listed = await later.list(never);
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names);
    expect(listed.every((rule) => 'pattern' in rule.look && rule.look.pattern === look.pattern)).toBe(true);
    expect((await later.changes(100, never)).map(({ number }) => number)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('a change is live in every other process within a second', async () => {
    const stopping = new AbortController();
    const followers = [database(), await another()].map(({ documents }) => followRules({ documents, log }, stopping.signal));
    try {
      const rules = createRules((await another()).documents, { canQuarantine: true });
      await Promise.all(followers.map(async (each) => each.ready(never)));
      const { id } = await rules.add({ name: 'Keys', look }, 'cli:ada', never);
      for (const dryRun of [false, true, false]) {
        await rules.edit(id, { dryRun }, 'cli:ada', never);
        const sinceMs = performance.now();
        const isLive = (): boolean => followers.every((each) => each.current()?.rules[0]?.dryRun === dryRun);
        await until('it is live', isLive);
        expect(performance.now() - sinceMs).toBeLessThan(1_000);
      }
    } finally {
      stopping.abort();
      await Promise.all(followers.map(async ({ done }) => done));
    }
  });

  it('a message in which two workers find something at once has one violation with both, found by all that it is asked by', async () => {
    const workers = [database(), await another()].map(({ documents }) => createViolations(documents, { keepMs }));
    const found = Array.from({ length: 6 }, (_, number) => findingSample({ ruleId: `r${String(number)}`, fileId: `F${String(number)}` }));
    const added = await Promise.all(
      found.map(async (finding, index) => workers[index % 2]!.add(messageSample(), { findings: [finding], unread: [] }, never)),
    );
    // Each change has a job of its own.
    expect(new Set(added.map(({ stored }) => stored.violation.wanted)).size).toBe(6);
    const id = violationIdOf('slack:C1', messageSample().messageId);
    const { violation } = (await workers[0]!.get(id, never))!;
    expect(violation.findings.map(({ ruleId }) => ruleId).toSorted()).toEqual(found.map(({ ruleId }) => ruleId));
    const filters = [{}, { rule: 'r5' }, { rule: 'r0', channel: 'slack:C1' }, { author: 'slack:U1' }, { channel: 'slack:C1' }] as const;
    for (const filter of filters) expect(await workers[1]!.find({ ...filter, limit: 5 }, never)).toEqual([violation]);
    expect(await workers[1]!.find({ rule: 'r6', limit: 5 }, never)).toEqual([]);
  });

  it('a file of 9 MB that two workers keep at once comes out as it went in, is there once, and can be erased', async () => {
    const { documents } = database();
    const workers = [documents, (await another()).documents].map((each) => createQuarantine(each, { keys, keepMs }));
    const bytes = randomBytes(9_000_000);
    const id = 'A'.repeat(22);
    const kept = workers.map(async (worker) => worker.keepFile(id, { fileId: 'F1', name: 'plan.bin', bytes }, never));
    await Promise.all([...kept, workers[0]!.keepMessage(id, { texts: [{ where: 'text', text: 'Zeus \u0000 \ud800' }] }, never)]);
    const files = await workers[1]!.files(id, never);
    expect(files.map(({ fileId, name }) => [fileId, name])).toEqual([['F1', 'plan.bin']]);
    expect(Buffer.from(await files[0]!.bytes()).equals(bytes)).toBe(true);
    expect(await workers[1]!.message(id, never)).toEqual({ texts: [{ where: 'text', text: 'Zeus \u0000 \ud800' }] });
    const parts = async () => documents.find({ kind: 'quarantine-part', order: 'oldest', limit: 50 }, never);
    expect(await parts()).toHaveLength(13);
    await workers[0]!.erase(id, never);
    expect([await workers[1]!.files(id, never), await workers[1]!.message(id, never), await parts()]).toEqual([[], null, []]);
  });
});
