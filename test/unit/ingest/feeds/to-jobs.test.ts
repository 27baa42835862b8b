import { toCheckJob, toEntryJob, toProfileJob } from '@watchpost/ingest/platforms/slack/feeds/2-to-jobs';
import type { MessageEvent } from '@watchpost/ingest/platforms/slack/feeds/1-decide';
import { createSeal } from '@watchpost/ingest/platforms/slack/watch/2-to-jobs';
import { writtenSchema, type WrittenMessage } from '@watchpost/shared/chat/written';
import { AppError } from '@watchpost/shared/errors';
import { entryJobs, type EntryJob } from '@watchpost/shared/jobs/entry-job';
import { parseJob } from '@watchpost/shared/jobs/job-kinds';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { describe, expect, it } from 'vitest';
import { writtenMessageOf, writtenOf } from '../../../support/feed-samples.ts';

const seal = createSeal(['the-key-of-these-tests-with-32-characters']);
const written = (text: string, over: Partial<WrittenMessage> = {}): MessageEvent => ({
  kind: 'written',
  message: writtenMessageOf(text, over),
});
const idOf = (event: MessageEvent): string => toEntryJob(event, null, seal).id;
const opened = (job: EntryJob) =>
  job.change === 'written' && job.sealed !== null ? openJson(seal.envelope, job.sealed, job.id, writtenSchema) : null;
const at = { channel: 'slack:C1', messageId: '1700000000.000100', atUs: 5 } as const;

describe('the job of what somebody wrote', () => {
  it('has it sealed, so that only its own job opens it, and nothing of it in clear', () => {
    const job = toEntryJob(written('canary'), null, seal);
    expect(opened(job)).toEqual(writtenOf('canary'));
    expect(parseJob('entry', job)).toEqual(job);
    expect(JSON.stringify(job)).not.toContain('canary');
    expect(() => openJson(seal.envelope, String(job.change === 'written' && job.sealed), 'another', writtenSchema)).toThrow(AppError);
  });

  it('is the same for each delivery of an event, and another one for whatever else happened', () => {
    const edit = { atUs: 1_700_000_060_000_000, isEdited: true };
    const events = [
      written('A'),
      written('B'),
      written('B', edit),
      // What it says is what it said before: it is an edit nevertheless.
      written('A', { ...edit, atUs: edit.atUs + 1 }),
      written('A', { messageId: '1700000000.000001' }),
      written('A', { channel: 'slack:C2' }),
    ];
    expect(events.map(idOf)).toEqual(events.map(idOf));
    expect(new Set(events.map(idOf)).size).toBe(events.length);
    for (const event of events) expect(parseJob('entry', toEntryJob(event, null, seal)).id).toMatch(/^slack-C\d-17/);
  });

  it('has an id that nobody can try out without the key', () => {
    const other = createSeal(['another-key-of-these-tests-with-32-chars']);
    expect(toEntryJob(written('A'), null, other).id).not.toBe(idOf(written('A')));
  });

  it('leaves out what does not fit into a job, for the worker to read it anew', () => {
    const noise = Array.from({ length: 60_000 }, (_, index) => ((index * 2_654_435_761) >>> 0).toString(36)).join('');
    const large = toEntryJob(written(noise + noise), { reactions: [{ emoji: 'tada', member: 'U2' }], atUs: 7 }, seal);
    expect(large).toMatchObject({ change: 'written', sealed: null, reactions: null, reactionsAtUs: null });
    expect(Buffer.byteLength(JSON.stringify(large))).toBeLessThan(1_000);
    const fits = toEntryJob(written(noise), null, seal);
    expect(opened(fits)).toEqual(writtenOf(noise));
    expect(Buffer.byteLength(JSON.stringify(fits))).toBeLessThanOrEqual(entryJobs.mostBytes);
  });

  it('tells the reactions with the time at which they were read, never more than a job takes', () => {
    const many = Array.from({ length: 1_200 }, (_, index) => ({ emoji: 'tada', member: `U${String(index)}` }));
    const job = toEntryJob(written('A'), { reactions: many, atUs: 7 }, seal);
    expect(job).toMatchObject({ reactionsAtUs: 7, atUs: 1_700_000_000_000_000 });
    expect(parseJob('entry', job)).toMatchObject({ reactions: many.slice(0, 1_000) });
    expect(toEntryJob(written('A', { reactions: many }), null, seal)).toMatchObject({ reactions: null, reactionsAtUs: null });
  });
});

describe('the job of', () => {
  const reaction = (isSet: boolean, atUs = 5): MessageEvent => ({
    kind: 'reaction',
    ...at,
    atUs,
    reaction: { emoji: 'tada', member: 'U2' },
    isSet,
  });

  it('a reaction differs by what, who, when and whether', () => {
    const other = { ...reaction(true), reaction: { emoji: 'tada', member: 'U3' } } as MessageEvent;
    const events = [reaction(true), reaction(false), reaction(true, 6), other];
    expect(new Set(events.map(idOf)).size).toBe(4);
    expect(parseJob('entry', toEntryJob(reaction(true), null, seal))).toMatchObject({ change: 'reaction', isSet: true, atUs: 5 });
  });

  it('a deletion and a check are jobs of their own', () => {
    const deleted = toEntryJob({ kind: 'deleted', ...at }, null, seal);
    const check = toCheckJob({ ...at, thread: 'T' }, 5, seal);
    expect(parseJob('entry', deleted)).toMatchObject({ change: 'deleted', atUs: 5 });
    expect(parseJob('entry', check)).toMatchObject({ change: 'check', thread: 'T', atUs: 5 });
    expect(deleted.id).not.toBe(check.id);
    expect(toCheckJob({ ...at, thread: 'T' }, 6, seal).id).not.toBe(check.id);
  });

  it('a profile is the same while feeds would show the same, and work again after some minutes', () => {
    const change = (digest: string, nowMs = 1_700_000_000_000) =>
      toProfileJob({ kind: 'profile', what: 'member', subject: 'U1', digest }, nowMs, seal);
    expect(parseJob('profile', change('a'))).toMatchObject({ platform: 'slack', what: 'member', subject: 'U1' });
    expect(change('a').id).toBe(change('a', 1_700_000_001_000).id);
    expect(change('b').id).not.toBe(change('a').id);
    expect(change('a', 1_700_000_700_000).id).not.toBe(change('a').id);
  });
});
