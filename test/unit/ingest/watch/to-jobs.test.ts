import { createSeal, toMessageJobs } from '@watchpost/ingest/platforms/slack/watch/2-to-jobs';
import { messageContentSchema, type Message, type MessageContent } from '@watchpost/shared/chat/message';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { describe, expect, it } from 'vitest';

const seal = createSeal(['a secret of thirty-two characters']);
const said = (text: string, where = 'text') => ({ where, text });
const file = (id: string) => ({
  id,
  name: 'x'.repeat(300),
  mimeType: 'text/plain',
  sizeBytes: 3,
  url: `https://files.slack.com/${'u'.repeat(1_500)}`,
  thumbnailUrl: null,
});

function message(content: Partial<MessageContent> = {}, over: Partial<Message> = {}): Message {
  const author = { member: 'U1', bot: null, app: null };
  const ref = {
    channel: 'slack:C1' as const,
    messageId: '1700000000.000100',
    thread: null,
    author,
    postedAtMs: 1_700_000_000_000,
    isDirect: false,
  };
  return { ...ref, ...over, content: { texts: [said('the key-1234')], before: null, files: [], ...content } };
}
const jobsOf = (of: Message, with_ = seal) => toMessageJobs({ message: of, change: 'posted', atMs: of.postedAtMs }, with_).jobs;
const only = (jobs: MessageJob[]): MessageJob => {
  expect(jobs).toHaveLength(1);
  return jobs[0]!;
};
const open = ({ sealed, id }: MessageJob) => openJson(seal.envelope, sealed!, id, messageContentSchema);
const bytes = (job: MessageJob) => Buffer.byteLength(JSON.stringify(job));
const most = jobDefinitions.message.mostBytes!;

describe('the job of a message', () => {
  it('says where the message is, and what it says only sealed', () => {
    const job = only(jobsOf(message({ files: [file('F1')] })));
    expect(jobDefinitions.message.schema.parse(job)).toEqual(job);
    expect(job).toMatchObject({ channel: 'slack:C1', messageId: '1700000000.000100', change: 'posted', atMs: 1_700_000_000_000 });
    expect(JSON.stringify(job)).not.toMatch(/key-1234|xxx|files\.slack/);
    expect(open(job)).toEqual({ texts: [said('the key-1234')], before: null, files: [file('F1')] });
  });

  it('has the same id however often the same version comes', () => {
    expect(only(jobsOf(message())).id).toBe(only(jobsOf(message())).id);
    expect(only(jobsOf(message())).id).toMatch(/^slack-C1-1700000000\.000100-[\w-]{22}$/);
  });

  it('has the same id where an unfurl changes nothing that is said', () => {
    expect(only(jobsOf(message({ before: [said('the key-1234')] }))).id).toBe(only(jobsOf(message())).id);
  });

  it.each<[string, Message]>([
    ['of an edit', message({ texts: [said('the key-1235')] })],
    ['of an edit that tells what was there before', message({ before: [said('key-9')] })],
    ['of an unfurl that adds text', message({ texts: [said('the key-1234'), said('more', 'attachment')] })],
    ['with another file', message({ files: [file('F2')] })],
    ['where the same stands in another place', message({ texts: [said('the key-1234', 'username')] })],
    ['of another message that says the same', message({}, { messageId: '1700000000.000200' })],
    ['in another channel', message({}, { channel: 'slack:C2' })],
  ])('has another id %s', (_, other) => {
    const id = (of: Message) => only(jobsOf(of)).id.split('-').slice(3).join('-');
    expect(id(other)).not.toBe(id(message()));
  });

  it('has an id that nobody can try out without the key', () => {
    const other = createSeal(['another secret of thirty-two char']);
    expect(only(jobsOf(message(), other)).id).not.toBe(only(jobsOf(message())).id);
  });

  it('can be opened with no other key, and not in the place of another job', () => {
    const job = only(jobsOf(message()));
    const other = createSeal(['another secret of thirty-two char']);
    expect(() => openJson(other.envelope, job.sealed!, job.id, messageContentSchema)).toThrow(/another key/);
    expect(() => openJson(seal.envelope, job.sealed!, `${job.id}x`, messageContentSchema)).toThrow(/sealed for something else/);
  });

  it('can be opened while the key is rotated: the new one seals, both open', () => {
    const rotated = createSeal(['another secret of thirty-two char', 'a secret of thirty-two characters']);
    const job = only(jobsOf(message()));
    expect(openJson(rotated.envelope, job.sealed!, job.id, messageContentSchema)).toEqual(open(job));
    expect(() => open(only(jobsOf(message(), rotated)))).toThrow(/another key/);
  });

  it('has both versions of an edit', () => {
    expect(open(only(jobsOf(message({ before: [said('key-9')] }))))).toMatchObject({ before: [said('key-9')] });
  });

  it('is one for the longest message that people can write, with what it said before', () => {
    expect(bytes(only(jobsOf(message({ texts: [said('😀'.repeat(40_000))], before: [said('李'.repeat(40_000))] }))))).toBeLessThan(most);
  });
});

/** Text that hardly compresses. */
const noise = (units: number): string => {
  let state = 1;
  return Array.from({ length: units }, () => String.fromCharCode(33 + ((state = (state * 48_271) % 2_147_483_647) % 90))).join('');
};

describe('a message that says too much for one job', () => {
  const long = noise(900_000);

  it('becomes several, each with an id of its own, and nothing of it is left out or torn', () => {
    const jobs = jobsOf(message({ texts: [said('short'), said(long, 'attachment'), said('end')] }));
    expect(jobs.length).toBeGreaterThan(2);
    expect(jobs.map(({ id }) => id.replace(/^.*-/, ''))).toEqual(jobs.map((_, index) => String(index + 1)));
    for (const job of jobs) expect(bytes(job)).toBeLessThanOrEqual(most);
    const texts = jobs.flatMap((job) => open(job).texts);
    expect(texts.map(({ where }) => where)).toEqual(expect.arrayContaining(['text', 'attachment, part 1', 'attachment, part 2']));
    const pieces = texts.filter(({ where }) => where.startsWith('attachment'));
    expect(new Set(pieces.map(({ where }) => where)).size).toBe(pieces.length);
    for (let at = 0; at + 4_000 <= long.length; at += 500)
      expect(
        pieces.some(({ text }) => text.includes(long.slice(at, at + 4_000))),
        `what stands at ${String(at)}`,
      ).toBe(true);
    expect(texts.at(-1)).toEqual(said('end'));
  });

  it('has its files in the first one, once', () => {
    const jobs = jobsOf(message({ texts: [said(long)], files: [file('F1'), file('F2')] }));
    expect(jobs.map((job) => open(job).files.length)).toEqual([2, ...jobs.slice(1).map(() => 0)]);
  });

  it('keeps what was said before an edit apart from what is said now', () => {
    const jobs = jobsOf(message({ texts: [said(long.slice(0, 300_000))], before: [said(long.slice(300_000))] }));
    const [now, before] = [jobs.flatMap((job) => open(job).texts), jobs.flatMap((job) => open(job).before ?? [])];
    expect(now.every(({ text }) => long.slice(0, 300_000).includes(text))).toBe(true);
    expect(before.every(({ text }) => long.slice(300_000).includes(text))).toBe(true);
    expect([now.length, before.length].every((count) => count > 3)).toBe(true);
  });

  it('fits whatever it is made of', () => {
    for (const unit of ['\u0000', '"', '\uD83D', '李', '😀']) {
      const jobs = jobsOf(message({ texts: [said(unit.repeat(400_000))], before: [said(unit.repeat(99_999))] }));
      expect(Math.max(...jobs.map(bytes))).toBeLessThanOrEqual(most);
      for (const job of jobs) expect(() => open(job)).not.toThrow();
    }
  });

  it('has its files without what Slack can be asked for where that is too much, and says how many are left out', () => {
    const files = (count: number) => Array.from({ length: count }, (_, index) => file(`F${String(index)}`));
    const many = toMessageJobs({ message: message({ files: files(150) }), change: 'posted', atMs: 1 }, seal);
    expect(many.filesLeftOut).toBe(0);
    expect(open(many.jobs[0]!).files[149]).toEqual({
      id: 'F149',
      name: null,
      mimeType: null,
      sizeBytes: null,
      url: null,
      thumbnailUrl: null,
    });
    const thousands = toMessageJobs({ message: message({ files: files(5_000) }), change: 'posted', atMs: 1 }, seal);
    expect(thousands.filesLeftOut).toBe(5_000 - open(thousands.jobs[0]!).files.length);
    expect(thousands.filesLeftOut).toBeGreaterThan(2_000);
    expect(bytes(thousands.jobs[0]!)).toBeLessThanOrEqual(most);
  });
});
