import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { postMoreLines } from '@watchpost/worker/notice/more-lines';
import type { PostNotice } from '@watchpost/worker/notice/notice';
import { linesAMinute, takeLine, unreadOnly } from '@watchpost/worker/violation/throttle';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;
const minute = Date.UTC(2026, 10, 22, 14, 2);
let nowMs: number;
let documents: DocumentStore;
let posted: { id: string; to: unknown; text: string }[];
beforeEach(() => {
  nowMs = minute;
  documents = createMemoryDocuments(() => nowMs);
  posted = [];
});

const take = (violationId: string, ruleId = 'keys', platform = 'slack') =>
  takeLine({ platform, ruleId, ruleName: ruleId.toUpperCase(), violationId }, documents, never);
const takeMany = async (count: number, prefix = 'v', rule = 'keys'): Promise<string[]> => {
  const answers: string[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await take(`${prefix}${String(index)}`, rule));
  return answers;
};
const postNotice: PostNotice = async ({ id, to, post }) => {
  if (posted.some((each) => each.id === id)) return;
  posted.push({ id, to, text: (post?.sections ?? []).map(({ text }) => plain(text)).join('\n') });
};
const platforms: Pick<ConnectedPlatform, 'adminChannel'>[] = [{ adminChannel: 'slack:CADMIN' }];
const tell = async (over: Partial<Parameters<typeof postMoreLines>[0]> = {}): Promise<void> =>
  postMoreLines({ platforms, documents, postNotice, ...over }, never);

describe('the reports of one rule', () => {
  it('have ten lines a minute, and each rule has its own', async () => {
    const answers = await takeMany(12);
    expect(answers).toEqual([...Array<string>(linesAMinute).fill('line'), 'summarised', 'summarised']);
    expect(await take('other', 'cards')).toBe('line');
    nowMs += 60_000;
    expect(await take('next')).toBe('line');
  });

  it('answer a retry as before, also in the next minutes', async () => {
    await takeMany(11);
    for (const later of [0, 59_000, 5 * 60_000]) {
      nowMs = minute + later;
      expect([await take('v0'), await take('v10')]).toEqual(['line', 'summarised']);
    }
    nowMs = minute + 60_000;
    await tell();
    expect(posted).toEqual([]);
    nowMs += 10_000;
    await tell();
    expect(posted.map(({ text }) => text)).toEqual([expect.stringMatching(/^1 more report of the rule “KEYS” /)]);
  });

  it('have ten lines in all workers together', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => take(`v${String(index)}`)));
    expect(answers.filter((answer) => answer === 'line')).toHaveLength(linesAMinute);
    nowMs += 70_000;
    await tell();
    expect(posted[0]?.text).toMatch(/^20 more /);
  });

  it('are counted beyond the ids that are kept', async () => {
    await takeMany(520);
    const [document] = await documents.find({ kind: 'rule-lines', order: 'newest', limit: 1 }, never);
    expect(JSON.stringify(document?.body).match(/"v\d+"/g)).toHaveLength(linesAMinute + 500);
    nowMs += 70_000;
    await tell();
    expect(posted[0]?.text).toMatch(/^510 more /);
  });
});

describe('the line about the others', () => {
  it('is posted once for each rule and minute, in the admin channel, after the minute is over', async () => {
    await takeMany(12);
    await takeMany(13, 'c', 'cards');
    nowMs += 65_000;
    await tell();
    expect(posted).toEqual([]);
    nowMs += 5_000;
    await tell();
    await tell();
    expect(posted).toEqual([
      {
        id: 'more-slack-cards-2026-11-22T1402',
        to: { channel: 'slack:CADMIN' },
        text: expect.stringMatching(/^3 more reports of the rule “CARDS”/),
      },
      {
        id: 'more-slack-keys-2026-11-22T1402',
        to: { channel: 'slack:CADMIN' },
        text: expect.stringMatching(/^2 more reports of the rule “KEYS”/),
      },
    ]);
  });

  it('names no rule where only something could not be read', async () => {
    await takeMany(12, 'u', unreadOnly.ruleId);
    nowMs += 70_000;
    await tell();
    expect(posted.map(({ text }) => text)).toEqual([expect.stringMatching(/^2 more reports of what could not be read/)]);
  });

  it('is not posted where no report was left out', async () => {
    await takeMany(10);
    nowMs += 70_000;
    await tell();
    expect(posted).toEqual([]);
  });

  it('is posted late after an outage, and by the next worker where one was killed before or after it', async () => {
    await takeMany(12);
    nowMs += 5 * 3_600_000;
    await expect(tell({ postNotice: async () => Promise.reject(new Error('killed')) })).rejects.toThrow('killed');
    const killed = { ...documents, put: async () => Promise.reject(new Error('killed')) };
    await expect(tell({ documents: killed })).rejects.toThrow('killed');
    await tell();
    expect(posted).toHaveLength(1);
    expect(await documents.find({ kind: 'rule-lines', key: 'untold', order: 'oldest', limit: 10 }, never)).toEqual([]);
  });

  it('counts the whole minute by the clock of the database, whatever that of a worker says', async () => {
    await takeMany(12);
    await tell();
    await takeMany(2, 'later');
    nowMs += 70_000;
    await tell();
    expect(posted.map(({ text }) => text)).toEqual([expect.stringMatching(/^4 more /)]);
  });

  it('goes nowhere without an admin channel', async () => {
    await takeMany(12);
    await take('x', 'keys', 'other');
    nowMs += 70_000;
    await tell({ platforms: [{ adminChannel: null }] });
    await tell();
    expect(posted).toEqual([]);
  });
});
