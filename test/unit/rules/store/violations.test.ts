import { createViolations, violationIdOf } from '@watchpost/rules/store/violations';
import type { Finding, Violation } from '@watchpost/rules/violation';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { violationIdSchema } from '@watchpost/shared/jobs/violation-job';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { findingSample, messageSample } from '../../../support/rule-samples.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

let nowMs: number;
let documents: DocumentStore;
const violations = () => createViolations(documents, { keepMs: 90 * dayMs });
const add = async (messageId: string, findings: Partial<Finding>[] = [{}], over: Parameters<typeof messageSample>[0] = {}) =>
  violations().add(
    messageSample({ messageId, ...over }),
    { findings: findings.map((each) => findingSample({ atMs: nowMs, ...each })), unread: [] },
    never,
  );
const idOf = (messageId: string): string => violationIdOf('slack:C1', messageId);
const found = async (filter: Partial<Parameters<ReturnType<typeof violations>['find']>[0]>): Promise<string[]> =>
  (await violations().find({ limit: 100, ...filter }, never)).map(({ message }) => message.messageId);

beforeEach(() => {
  nowMs = 1_700_000_000_000;
  documents = createMemoryDocuments(() => nowMs);
});

describe('the violation of a message', () => {
  it('is one, whatever is found in it and by whom', async () => {
    const [text, file] = await Promise.all([add('1.1'), add('1.1', [{ fileId: 'F1', where: 'file 1' }])]);
    expect([text.news, file.news]).toEqual([true, true]);
    const stored = await violations().get(idOf('1.1'), never);
    expect(stored?.violation).toMatchObject({ message: messageSample({ messageId: '1.1' }), wanted: 1_700_000_001, done: 0 });
    expect(stored?.violation.findings.map(({ where }) => where).toSorted()).toEqual(['file 1', 'text']);
    expect(violationIdSchema.safeParse(stored?.violation.id).success).toBe(true);
  });

  it('is of that message only', () => {
    expect(new Set([idOf('1.1'), idOf('1.2'), violationIdOf('slack:C2', '1.1'), violationIdOf('slack:C', '11.1')]).size).toBe(4);
  });

  it('begins with nothing done, and holds nothing of the message but whose it was', async () => {
    const message = { ...messageSample(), content: { texts: [{ where: 'text', text: 'Zeus' }], before: null, files: [] } };
    const { stored } = await violations().add(message, { findings: [findingSample()], unread: [] }, never);
    expect(stored.violation).toEqual({
      v: 1,
      id: violationIdOf(message.channel, message.messageId),
      message: messageSample(),
      foundAtMs: nowMs,
      findings: [findingSample()],
      unread: [],
      leftOut: { findings: 0, unread: 0 },
      wanted: 1_700_000_000,
      done: 0,
      removal: { state: 'none', files: [], tries: 0, error: null, atMs: null },
      kept: { state: 'no', by: null, atMs: null },
      asked: null,
      appeal: { state: 'no', by: null, atMs: null, channel: null },
      report: { progress: null, summarised: false },
      told: null,
      noticed: null,
      restored: null,
    });
  });

  it('is news again to a job whose earlier attempt died before it asked for what follows, and no news once that is done', async () => {
    await add('1.1');
    expect(await add('1.1')).toMatchObject({ news: true, stored: { revision: 1, violation: { wanted: 1_700_000_000 } } });
    await violations().update(idOf('1.1'), (violation) => ({ ...violation, done: violation.wanted }), never);
    expect(await add('1.1')).toMatchObject({ news: false, stored: { revision: 2 } });
  });

  it.each(['as an older backup has it', 'in no backup'])('wants nothing whose job was done before a restore, %s', async (how) => {
    const id = idOf('1.1');
    await add('1.1');
    const { document: old } = await documents.get('violation', id, never);
    nowMs += 60_000;
    const { stored } = await add('1.1', [{ fileId: 'F1', where: 'file 1' }]);
    const { document: newest } = await documents.get('violation', id, never);
    if (how === 'in no backup') await documents.remove('violation', id, newest!.revision, never);
    else await documents.put({ ...old!, revision: newest!.revision }, never);
    nowMs += 60_000;
    const failing = (violation: Violation): Violation => {
      const wanted = violation.wanted + 1;
      return { ...violation, wanted, removal: { ...violation.removal, failedFor: wanted } };
    };
    if (how === 'in no backup') await add('1.1');
    const { violation } = await violations().update(id, failing, never);
    expect(violation.wanted).toBeGreaterThan(stored.violation.wanted);
    expect(violation.removal.failedFor).toBe(violation.wanted);
  });

  it('is not made of nothing', async () => {
    await expect(add('1.1', [])).rejects.toMatchObject({ code: 'internal' });
    expect(await violations().get(idOf('1.1'), never)).toBeNull();
  });

  it('loses no change of several at the same moment', async () => {
    await add('1.1');
    const change = (violation: Violation): Violation => ({ ...violation, done: violation.done + 1 });
    await Promise.all(Array.from({ length: 12 }, async () => violations().update(idOf('1.1'), change, never)));
    expect((await violations().get(idOf('1.1'), never))?.violation.done).toBe(12);
  });

  it('is not written when nothing changes', async () => {
    await add('1.1');
    expect(await violations().update(idOf('1.1'), (violation) => violation, never)).toMatchObject({ revision: 1 });
  });

  it('is missing where there is none', async () => {
    await expect(violations().update(idOf('9.9'), (violation) => violation, never)).rejects.toMatchObject({ code: 'violation-missing' });
  });

  it('of a newer release is left to its processes, and the others are found', async () => {
    await add('1.1');
    await add('1.2');
    const { document } = await documents.get('violation', idOf('1.1'), never);
    await documents.put({ ...document!, body: { v: 2 } }, never);
    expect(await found({})).toEqual(['1.2']);
    await expect(violations().get(idOf('1.1'), never)).rejects.toMatchObject({ code: 'internal', retry: 'transient' });
    await expect(add('1.1')).rejects.toMatchObject({ code: 'internal', retry: 'transient' });
  });

  it('is kept as long as configured after something was found in it last', async () => {
    await add('1.1');
    nowMs += 80 * dayMs;
    await add('1.1', [{ where: 'link' }]);
    await violations().update(idOf('1.1'), (violation) => ({ ...violation, done: violation.wanted }), never);
    nowMs += 90 * dayMs - 1;
    expect(await documents.expire(never)).toBe(0);
    nowMs += 1;
    expect(await documents.expire(never)).toBe(1);
  });
});

describe('violations', () => {
  it('are found by rule, channel, author and time, and by all of them together', async () => {
    await add('1.1', [{ ruleId: 'r1' }]);
    nowMs += 1_000;
    await add('1.2', [{ ruleId: 'r1' }, { ruleId: 'r2' }], { author: { member: 'U2', bot: 'B2', app: 'A2' } });
    nowMs += 1_000;
    await add('1.3', [{ ruleId: 'r2' }], { channel: 'slack:C2' });
    expect(await found({})).toEqual(['1.3', '1.2', '1.1']);
    expect(await found({ limit: 2 })).toEqual(['1.3', '1.2']);
    expect(await found({ rule: 'r1' })).toEqual(['1.2', '1.1']);
    expect(await found({ channel: 'slack:C1' })).toEqual(['1.2', '1.1']);
    expect(await found({ author: 'slack:U1' })).toEqual(['1.3', '1.1']);
    for (const author of ['slack:U2', 'slack:B2', 'slack:A2'] as const) expect(await found({ author })).toEqual(['1.2']);
    expect(await found({ rule: 'r2', channel: 'slack:C2' })).toEqual(['1.3']);
    expect(await found({ rule: 'r1', author: 'slack:U1', channel: 'slack:C1' })).toEqual(['1.1']);
    expect(await found({ rule: 'r1', author: 'slack:U1', channel: 'slack:C2' })).toEqual([]);
    expect(await found({ fromMs: nowMs - 1_000, beforeMs: nowMs })).toEqual(['1.2']);
    expect(await found({ rule: 'r1', fromMs: nowMs - 1_000 })).toEqual(['1.2']);
  });

  it('are found however many others are in between, and each once', async () => {
    for (let number = 0; number < 700; number += 1) {
      if (number % 7 === 0) nowMs += 1;
      await add(`${String(number)}.1`, [{ ruleId: number % 100 === 0 ? 'rare' : 'r1' }]);
    }
    const all = await found({ limit: 1_000 });
    expect([all.length, new Set(all).size]).toEqual([700, 700]);
    expect(await found({ author: 'slack:U1', rule: 'rare', limit: 5 })).toEqual(['600.1', '500.1', '400.1', '300.1', '200.1']);
  });

  it('of more rules than can be looked up are found by each of them', async () => {
    const many = Array.from({ length: 90 }, (_, number) => ({ ruleId: `r${String(number)}` }));
    await add('1.1', [{ ruleId: 'r89' }]);
    nowMs += 1_000;
    await add('1.2', many);
    nowMs += 1_000;
    await add('1.3', [{ ruleId: 'r89' }]);
    expect((await documents.get('violation', idOf('1.2'), never)).document?.keys.length).toBeLessThanOrEqual(100);
    expect(await found({ rule: 'r89' })).toEqual(['1.3', '1.2', '1.1']);
    expect(await found({ rule: 'r89', limit: 2 })).toEqual(['1.3', '1.2']);
    expect(await found({ rule: 'r3' })).toEqual(['1.2']);
    expect(await found({ rule: 'r95' })).toEqual([]);
  });

  it('are counted by what each rule came to', async () => {
    const state = async (messageId: string, of: Violation['removal']['state']) =>
      violations().update(idOf(messageId), (each) => ({ ...each, removal: { ...each.removal, state: of } }), never);
    await add('before');
    nowMs += 1_000;
    const fromMs = nowMs;
    for (const [messageId, of] of Object.entries({ a: 'removed', b: 'gone', c: 'failed', d: 'wanted', e: 'none' } as const)) {
      await add(messageId, [{}, { start: 20 }]);
      await state(messageId, of);
    }
    await add('f', [{ dryRun: true }, { ruleId: 'r2', ruleName: 'Other', action: 'report' }]);
    await violations().add(
      messageSample({ messageId: 'g' }),
      { findings: [], unread: [{ fileId: 'F', where: 'file 1', reason: 'x' }] },
      never,
    );
    await violations().update(idOf('a'), (each) => ({ ...each, appeal: { ...each.appeal, state: 'asked' } }), never);
    await violations().update(idOf('b'), (each) => ({ ...each, appeal: { ...each.appeal, state: 'rejected' } }), never);
    nowMs += 1_000;
    await add('after');
    expect(await violations().count({ fromMs, beforeMs: nowMs }, never)).toEqual({
      rules: [
        { ruleId: 'r1', ruleName: 'Project names', messages: 6, removed: 2, reported: 1, dryRun: 1, failed: 1 },
        { ruleId: 'r2', ruleName: 'Other', messages: 1, removed: 0, reported: 1, dryRun: 0, failed: 0 },
      ],
      unread: 1,
      appeals: { waiting: 1, accepted: 0, rejected: 1 },
    });
  });
});
