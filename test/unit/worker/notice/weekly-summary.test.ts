import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createPostNotice, readNotice, saveNotice } from '@watchpost/worker/notice/notice';
import { dueWeek, postWeeklySummary } from '@watchpost/worker/notice/weekly-summary';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { ruleParts } from '../../../support/rule-parts.ts';
import { finding, violation } from '../../../support/violation-samples.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday, 9:00 in Berlin in winter. */
const monday = Date.UTC(2026, 10, 23, 8);

describe('the week that is due', () => {
  const due = (atMs: number, timeZone = 'Europe/Berlin') => dueWeek(atMs, timeZone);

  it('ends on Monday at 9:00 of the cameras’ time zone, and can be told for three days', () => {
    const week = { name: '2026-11-23', fromMs: monday - 7 * dayMs, toMs: monday };
    expect(due(monday - 1)).toBeNull();
    expect(due(monday)).toEqual(week);
    expect(due(monday + 3 * dayMs)).toEqual(week);
    expect(due(monday + 3 * dayMs + 1)).toBeNull();
    expect(due(monday, 'America/New_York')).toBeNull();
    expect(due(monday + 6 * hourMs, 'America/New_York')?.name).toBe('2026-11-23');
    expect(due(Date.UTC(2026, 10, 22, 20), 'Pacific/Auckland')).toEqual({
      name: '2026-11-23',
      fromMs: Date.UTC(2026, 10, 15, 20),
      toMs: Date.UTC(2026, 10, 22, 20),
    });
  });

  it('is an hour longer where clocks were put back', () => {
    // On Sunday, 25 October 2026.
    expect(due(Date.UTC(2026, 9, 26, 8))).toEqual({ name: '2026-10-26', fromMs: Date.UTC(2026, 9, 19, 7), toMs: Date.UTC(2026, 9, 26, 8) });
  });
});

describe('the weekly summary', () => {
  let nowMs: number;
  let documents: DocumentStore;
  let jobs: Job[];
  beforeEach(() => {
    nowMs = monday - hourMs;
    documents = createMemoryDocuments(() => nowMs);
    jobs = [];
  });
  const platforms: Pick<ConnectedPlatform, 'adminChannel'>[] = [{ adminChannel: 'slack:CADMIN' }, { adminChannel: null }];
  const run = async (send = async (job: Job) => void jobs.push(job)): Promise<void> => {
    const { rules, violations } = ruleParts(documents);
    const postNotice = createPostNotice({ documents, sender: { send }, now: () => nowMs, sendTimeoutMs: 1_000 });
    const cameras = { timeZone: () => 'Europe/Berlin' };
    await postWeeklySummary({ platforms, cameras, rules, violations, documents, postNotice, now: () => nowMs }, never);
  };
  const told = async (): Promise<string | null> => {
    const post = (await readNotice(documents, 'rules-week-slack-2026-11-23', never))?.post;
    return post ? post.sections.map(({ text }) => plain(text)).join('\n') : null;
  };
  const oneRule = async () => ruleParts(documents).rules.add({ name: 'Keys', look: { pattern: 'abc' } }, 'cli:ada', never);

  it('counts what was found in the week, and is queued once', async () => {
    await oneRule();
    const { violations } = ruleParts(documents);
    const dry = finding({ ruleId: 'cards', ruleName: 'Cards', dryRun: true, atMs: nowMs });
    await violations.add(violation().message, { findings: [finding({ atMs: nowMs }), dry], unread: [] }, never);
    await violations.update(violation().id, () => violation({ findings: [finding({ atMs: nowMs }), dry] }), never);
    const message = { ...violation().message, messageId: '9.0' };
    nowMs -= 8 * dayMs;
    await violations.add(message, { findings: [finding({ atMs: nowMs })], unread: [] }, never);
    nowMs += 8 * dayMs;
    await run();
    expect(jobs).toEqual([]);
    nowMs = monday;
    await run();
    expect(await told()).toBe('Message rules, 2026-11-16 to 2026-11-23:\n• Keys: 1 message (1 removed)\n• Cards: 1 message (1 in dry run)');
    expect(jobs).toEqual([{ v: 1, kind: 'notice', noticeId: 'rules-week-slack-2026-11-23' }]);
    const notice = await readNotice(documents, 'rules-week-slack-2026-11-23', never);
    const progress = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: 1, messageId: '5.0' } as const;
    await saveNotice(documents, 'rules-week-slack-2026-11-23', { ...notice!, post: null, progress }, nowMs, never);
    await run();
    expect(jobs).toHaveLength(1);
  });

  it('says nothing where nothing happened and no rule exists, also when a rule is made a minute later', async () => {
    nowMs = monday;
    await run();
    await oneRule();
    await run();
    expect([await told(), jobs]).toEqual([null, []]);
  });

  it('says that a week was quiet where there are rules', async () => {
    await oneRule();
    nowMs = monday + dayMs;
    await run();
    expect(await told()).toMatch(/nothing was found\. There is 1 rule\.$/);
  });

  it('is queued by the next worker where one was killed before it could, and says the same', async () => {
    await oneRule();
    nowMs = monday;
    await expect(run(async () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    const before = await told();
    await oneRule().catch(() => undefined);
    await run();
    expect(await told()).toBe(before);
    expect(jobs).toHaveLength(1);
  });
});
