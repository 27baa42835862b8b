import { noteCleared, noteRaised } from '@watchpost/shared/alerts/open-alerts';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import { tellAdmins, type TellAdminsDeps } from '@watchpost/worker/alerts/tell-admins';
import { createPostNotice, readNotice } from '@watchpost/worker/notice/notice';
import { createRates } from '@watchpost/worker/rates';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let nowMs: number;
let documents: DocumentStore;
let jobs: Job[];
let mails: Map<string, Mail>;
let logged: string[];
let deps: TellAdminsDeps;
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  documents = createMemoryDocuments(() => nowMs);
  jobs = [];
  mails = new Map();
  logged = [];
  const sender = { send: async (job: Job) => void jobs.push(job) };
  deps = {
    documents,
    rates: createRates(documents),
    postNotice: createPostNotice({ documents, sender, now: () => nowMs, sendTimeoutMs: 1_000 }),
    queueMail: async (id, mail) => void mails.set(id, mail),
    mailTo: ['ops@example.org'],
    adminChats: async () => ['slack:CADMIN', 'telegram:7'],
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  };
});

const raise = async (topic: string, text = `${topic} is broken`) =>
  noteRaised(documents, topic, { text, code: 'mail-refused', count: 1 }, never);
const tell = async () => tellAdmins(deps, never);

/** What this chat was told, one text for each message. */
async function toldTo(chat: string): Promise<string[]> {
  const ids = new Set(jobs.flatMap((job) => (job.kind === 'notice' ? [job.noticeId] : [])));
  const texts: string[] = [];
  for (const id of ids) {
    const notice = await readNotice(documents, id, never);
    if (notice && 'channel' in notice.to && notice.to.channel === chat)
      texts.push(notice.post?.sections.map(({ text }) => plain(text)).join('\n') ?? '');
  }
  return texts;
}

describe('admins', () => {
  it('hear of a problem at once and once, in each chat and by mail', async () => {
    await raise('scheduled-prices');
    await tell();
    await tell();
    const text = expect.stringContaining('scheduled-prices is broken (mail-refused)');
    expect([await toldTo('slack:CADMIN'), await toldTo('telegram:7')]).toEqual([[text], [text]]);
    expect([...mails.values()]).toEqual([{ to: ['ops@example.org'], subject: 'Watchpost needs a person: 1 problem', text }]);
  });

  it('hear of it again after an hour at the earliest, with how often it was', async () => {
    await raise('prices');
    await tell();
    for (let at = 0; at < 12; at += 1) {
      nowMs += 5 * minuteMs - 1;
      await raise('prices');
      await tell();
    }
    expect(await toldTo('telegram:7')).toHaveLength(1);
    nowMs += minuteMs;
    await tell();
    expect((await toldTo('telegram:7'))[1]).toContain('Still: prices is broken (mail-refused). 12 more times; since 2027');
  });

  it('hear once that it is well again: when somebody says so, and when an hour was quiet', async () => {
    await raise('said');
    await raise('quiet');
    await tell();
    await noteCleared(documents, 'said', never);
    await tell();
    await tell();
    nowMs += hourMs;
    await tell();
    nowMs += hourMs;
    await tell();
    const told = await toldTo('telegram:7');
    expect(told).toEqual([
      expect.stringMatching(/2 problems(?=[^]*said is broken)(?=[^]*quiet is broken)/),
      expect.stringContaining('Well again: said is broken'),
      expect.stringContaining('Not seen for an hour: quiet is broken'),
    ]);
  });

  it('hear nothing of what was over before they could be told', async () => {
    await raise('short');
    await noteCleared(documents, 'short', never);
    await tell();
    nowMs += 2 * hourMs;
    await tell();
    expect([jobs, mails.size]).toEqual([[], 0]);
  });

  it('are not told on and off within an hour', async () => {
    for (let at = 0; at < 20; at += 1) {
      await raise('flapping');
      await tell();
      await noteCleared(documents, 'flapping', never);
      await tell();
      nowMs += minuteMs;
    }
    expect(await toldTo('telegram:7')).toEqual([expect.stringContaining('flapping is broken'), expect.stringContaining('Well again')]);
  });

  it('get ten messages an hour at most, the last one with all that there is', async () => {
    for (let at = 0; at < 30; at += 1) {
      await raise(`topic-${at}`);
      await tell();
    }
    expect(await toldTo('telegram:7')).toHaveLength(10);
    nowMs += hourMs - minuteMs;
    for (let at = 0; at < 30; at += 1) await raise(`topic-${at}`);
    nowMs += 2 * minuteMs;
    await tell();
    const last = (await toldTo('telegram:7')).at(-1) ?? '';
    for (let at = 10; at < 30; at += 1) expect(last).toContain(`topic-${at} is broken`);
  });

  it('get each message once, wherever the worker dies that tells it', async () => {
    const names = ['get', 'put', 'find', 'remove'] as const;
    let isOver = false;
    for (let calls = 1; !isOver; calls += 1) {
      await raise(`topic-${calls}`);
      let left = calls;
      const dying: DocumentStore = { ...documents };
      for (const name of names) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each method with the same arguments
        Object.assign(dying, {
          [name]: async (...args: never[]) => {
            left -= 1;
            if (left < 0) throw new Error('killed');
            // @ts-expect-error -- the arguments are this method's
            return documents[name](...args);
          },
        });
      }
      const mortal = { ...deps, documents: dying, rates: createRates(dying) };
      isOver = await tellAdmins(mortal, never).then(
        () => true,
        () => false,
      );
      await tell();
      const told = (await toldTo('telegram:7')).join('\n');
      expect(told.split(`topic-${calls} is broken`)).toHaveLength(2);
      nowMs += 2 * hourMs;
      await tell();
      nowMs += 2 * hourMs;
    }
    expect(await documents.find({ kind: 'alert-bulletin', order: 'oldest', limit: 1 }, never)).toEqual([]);
  });

  it('hear by no mail that mail to them is refused', async () => {
    await raise('alert-mail-refused');
    await tell();
    expect([mails.size, (await toldTo('telegram:7')).length]).toEqual([0, 1]);
  });

  it('hear by no mail that no mail can be sent, and the log says so where nobody can be told', async () => {
    await raise('mail');
    await tell();
    expect([mails.size, (await toldTo('telegram:7')).length]).toEqual([0, 1]);
    deps = { ...deps, adminChats: async () => [], queueMail: null };
    await raise('other');
    await tell();
    expect(logged.join('')).toContain('there is nobody to tell');
  });

  it('hear of each of very many problems, in messages that a chat shows whole', async () => {
    for (let at = 0; at < 60; at += 1) await raise(`topic-${String(at)}`, `${String(at)}: ${'wide 😀'.repeat(40)}`);
    for (let times = 0; times < 12; times += 1) {
      await tell();
      nowMs += 10 * minuteMs;
    }
    const told = await toldTo('telegram:7');
    for (const text of told) expect(Array.from(text).length).toBeLessThanOrEqual(4_096);
    for (let at = 0; at < 60; at += 1) expect(told.join('\n')).toContain(`• ${String(at)}: wide`);
  });
});
