import { plain } from '@watchpost/shared/chat/say';
import type { TalkFile } from '@watchpost/shared/chat/talk';
import { createCollections } from '@watchpost/schedule/store/collections';
import { chart } from '@watchpost/worker/talk/commands/chart';
import type { Talker } from '@watchpost/worker/talk/talker';
import { loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { tasksOf } from '../../../support/schedule-rig.ts';
import { silentChat } from '../../../support/silent-chat.ts';

const never = new AbortController().signal;
const now = (): number => Date.parse('2026-11-22T12:00:00Z');
const keep = { items: null, ms: 400 * 86_400_000 };

async function ask(typed: string, yaml = 'jobs: [{ name: s, every: 1h, numbers: own, store: { into: shares } }]') {
  const collections = createCollections(createMemoryDocuments(now));
  const settings = { into: 'shares', key: ['name', 'at'], keep };
  for (const [index, price] of [10, 12, 11].entries())
    await collections.store(
      [{ name: 'ACME', price, at: String(index) }],
      { settings, tellers: [], atMs: now() - (4 - index) * 86_400_000 },
      never,
    );
  const sent: TalkFile[] = [];
  const refuse = async (): Promise<never> => Promise.reject(new Error('not asked for'));
  const talk = {
    send: refuse,
    edit: refuse,
    remove: refuse,
    sendFile: async (_to: unknown, file: TalkFile) => {
      sent.push(file);
      return '1';
    },
    mostFileBytes: 1_000_000,
    showMenu: refuse,
    invitation: refuse,
    leave: refuse,
    configured: new Map(),
    homes: new Set<never>(),
  };
  const chat = { check: refuse, download: refuse, permalink: refuse };
  const platform = { ...silentChat, chat, prefix: 'signal', talk, writeChannel: null, adminChannel: null };
  const said = { atMs: 0, messageId: '5', jobId: 'j' };
  const who = { member: '1', who: 'signal:1', name: null, role: 'member', language: null } as const;
  const talker: Talker = { platform, talk, chat: 'signal:1', isPrivate: true, ...who, ...said };
  const answer = await chart.run(
    typed,
    talker,
    { scheduling: { schedule: { all: () => tasksOf(yaml), get: () => null }, collections, now }, talkLanguage: 'en' },
    never,
  );
  return { answer: answer && plain(answer.text), sent };
}

describe('/chart', () => {
  it('sends a picture of a collection', async () => {
    const { answer, sent } = await ask('shares 7');
    expect(answer).toBeNull();
    expect(sent).toHaveLength(1);
    const image = await loadImage(Buffer.from(await sent[0]!.content.arrayBuffer()));
    expect([image.width, image.height]).toEqual([900, 450]);
  });

  it.each([
    ['', 'Which one? There is shares. For example: /chart shares 30'],
    ['constructor', 'Nothing of that name is collected. There is shares.'],
    ['shares 0', 'Behind the name goes a number of days, from 1 to 3660: /chart shares 30'],
    ['shares 1 2', 'Behind the name goes a number of days, from 1 to 3660: /chart shares 30'],
  ])('answers %j', async (typed, answer) => {
    expect(await ask(typed)).toEqual({ answer, sent: [] });
  });

  it('says that nothing is there yet', async () => {
    expect((await ask('shares', 'jobs: []')).answer).toContain('Nothing is collected here yet');
    expect((await ask('shares 1', 'jobs: [{ name: s, every: 1h, numbers: own, store: { into: shares } }]')).answer).toContain(
      'no numbers in shares',
    );
  });
});
