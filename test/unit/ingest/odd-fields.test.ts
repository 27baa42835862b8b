import * as fc from 'fast-check';
import { sharedIn, slackFileSchema } from '@watchpost/slack/file';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig } from '../../support/ingest-rig.ts';
import { fileShare, slackFile } from '../../support/signed-slack-request.ts';

/** What stands where Slack's documentation says something else; undefined: nothing at all. */
const odd = [undefined, false, true, 0, 5, -1, 1.5, '', 'x', 'x'.repeat(5_000), '\u0000', '\uD800', [], ['x'], [[]], {}, { a: 1 }, null];
const fileFields = [
  'name',
  'mimetype',
  'filetype',
  'size',
  'mode',
  'file_access',
  'is_external',
  'user',
  'url_private',
  'url_private_download',
  'thumb_1024',
  'thumb_960',
  'thumb_800',
  'thumb_720',
  'thumb_480',
  'thumb_360',
  'shares',
];
const messageFields = ['subtype', 'thread_ts', 'user', 'bot_id', 'app_id', 'bot_profile', 'text', 'event_ts', 'blocks', 'channel_type'];
const envelopeFields = ['api_app_id', 'team_id', 'event_id', 'event_time', 'authorizations', 'event_context'];

/** Those that say on purpose that there is nothing to take. */
const says = (field: string, value: unknown): boolean =>
  (field === 'is_external' && value === true) || (field === 'subtype' && typeof value === 'string');
const cases = (fields: string[]): [string, unknown][] =>
  fields.flatMap((field) => odd.filter((value) => !says(field, value)).map((value): [string, unknown] => [field, value]));

/** Tells the number of jobs that come of an event. */
function jobsCounter(): (event: unknown) => Promise<number> {
  const it = rig();
  return async (event) => {
    const answer = await it.post(event);
    expect(answer.statusCode).toBe(200);
    const jobs = it.sent.splice(0);
    for (const { job } of jobs) expect(snapshotJobSchema.safeParse(job).data).toEqual(job);
    return jobs.length;
  };
}

describe('an odd field', () => {
  it('of a file loses no picture', { timeout: 30_000 }, async () => {
    const jobsOf = jobsCounter();
    for (const [field, value] of cases(fileFields)) {
      expect([field, value, await jobsOf(fileShare({ files: [slackFile({ [field]: value })] }))]).toEqual([field, value, 1]);
    }
  });

  it('of a message or of its envelope loses no picture', { timeout: 30_000 }, async () => {
    const jobsOf = jobsCounter();
    for (const [field, value] of cases(messageFields)) {
      expect([field, value, await jobsOf(fileShare({ [field]: value }))]).toEqual([field, value, 1]);
    }
    for (const [field, value] of cases(envelopeFields)) {
      expect([field, value, await jobsOf({ ...fileShare(), [field]: value })]).toEqual([field, value, 1]);
    }
  });

  it('or many of them at once lose no picture', { timeout: 30_000 }, async () => {
    const notText = fc.constantFrom(...odd.filter((value) => typeof value !== 'string' && value !== true));
    const fieldsOf = (names: string[]) => fc.record(Object.fromEntries(names.map((name) => [name, notText])), { requiredKeys: [] });
    const jobsOf = jobsCounter();
    await fc.assert(
      fc.asyncProperty(fieldsOf(fileFields), fieldsOf(messageFields), async (file, message) => {
        expect(await jobsOf(fileShare({ ...message, files: [slackFile(file)] }))).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it.each([false, true, '', [], 'x', [5]])('is no size: %o', (size) => {
    expect(slackFileSchema.parse({ id: 'F1', size }).size).toBeNull();
  });

  it('in one share hides no other', () => {
    const file = slackFileSchema.parse({ id: 'F1', shares: { public: { C1: 'x', C2: [7, { ts: 5 }, { ts: '1.2' }] }, private: [] } });
    expect(sharedIn(file, 'C2')).toBe('1.2');
    expect(sharedIn(file, 'C1')).toBeNull();
  });
});

describe('a file without a usable id', () => {
  it.each([[[{ ...slackFile(), id: 7 }]], [['x']], ['x'], [7]])('is counted, and logged: %o', async (files) => {
    const it = rig();
    expect((await it.post(fileShare({ files }))).statusCode).toBe(200);
    expect(it.sent).toEqual([]);
    expect(await it.metrics()).toContain('watchpost_ingest_files_total{outcome="malformed"} 1');
    expect(it.logged.join('')).toMatch(/"level":40.*a file without a usable id/);
  });

  it('is logged once a minute', async () => {
    const it = rig();
    for (let n = 0; n < 5; n += 1) await it.post(fileShare({ files: [7] }));
    expect(it.logged.filter((line) => line.includes('a file without a usable id'))).toHaveLength(1);
    expect(await it.metrics()).toContain('watchpost_ingest_files_total{outcome="malformed"} 5');
  });
});
