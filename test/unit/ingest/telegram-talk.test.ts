import { createChatOrder } from '@watchpost/ingest/platforms/telegram/chat-order';
import { AppError } from '@watchpost/shared/errors';
import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import { packTalk } from '@watchpost/telegram/callback-data';
import { describe, expect, it } from 'vitest';
import { telegramRig } from '../../support/telegram-door-rig.ts';
import {
  ada,
  bot,
  botId,
  botName,
  clicks,
  group,
  message,
  photo,
  privateChat,
  says,
  shows,
  update,
} from '../../support/telegram-updates.ts';

const byChat = (jobs: TalkJob[]): Map<string, TalkJob[]> => {
  const chats = new Map<string, TalkJob[]>();
  for (const job of jobs) chats.set(job.chat, [...(chats.get(job.chat) ?? []), job]);
  return chats;
};
const left = () => 1_000;
const mention = (text: string, name = `@${botName}`) => ({
  text,
  entities: [{ type: 'mention', offset: text.indexOf(name), length: name.length }],
});

describe('what is said to us alone', () => {
  it('is a talk job: sealed, with who said it, and in which language', async () => {
    const { takeUpdate, sent, textOf, logged } = telegramRig();
    expect(await takeUpdate(says('my secret', { message_id: 9, reply_to_message: message({ message_id: 5, from: bot }) }), left)).toEqual({
      outcome: 'talk',
      click: null,
    });
    expect(sent).toEqual([
      {
        v: 1,
        kind: 'talk',
        id: `telegram-${String(botId)}-71-9`,
        chat: 'telegram:71',
        isPrivate: true,
        by: { member: '71', name: 'Ada Lovelace', language: 'en' },
        atMs: expect.any(Number),
        after: null,
        what: { did: 'said', messageId: '9', replyTo: '5', sealed: expect.any(String) },
      },
    ]);
    expect(textOf(sent[0])).toBe('my secret');
    expect(JSON.stringify(sent) + logged.join('')).not.toContain('secret');
  });

  it('a picture is one too, with its album and what was written below it', async () => {
    const { takeUpdate, sent, textOf } = telegramRig();
    await takeUpdate(shows({ caption: 'my gran', media_group_id: '42' }), left);
    expect(sent).toMatchObject([{ what: { did: 'sent', group: '42', replyTo: null, file: { id: 'P1-l', mimeType: 'image/jpeg' } } }]);
    expect(textOf(sent[0])).toBe('my gran');
  });

  it.each([['sticker'], ['voice'], ['video'], ['contact'], ['location'], ['animation']])(
    'a %s has no text, and is answered too',
    async (content) => {
      const { takeUpdate, sent, textOf } = telegramRig();
      await takeUpdate(update('message', message({ [content]: { file_id: 'S' } })), left);
      expect(sent).toMatchObject([{ what: { did: 'said' } }]);
      expect(textOf(sent[0])).toBe('');
    },
  );

  it('commands of ours, and of others, are text; our name is no part of it', async () => {
    const { takeUpdate, sent, textOf } = telegramRig();
    for (const text of ['/help', `/help@${botName} me`, '/start abc_DEF-1']) await takeUpdate(says(text), left);
    expect(sent.map(textOf)).toEqual(['/help', '/help me', '/start abc_DEF-1']);
  });

  it('names that turn the text around are cleaned, and a strange language is none', async () => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(says('hi', { from: { ...ada, first_name: '\u202Eevil\u0007', last_name: '', language_code: 'en; drop' } }), left);
    expect(sent).toMatchObject([{ by: { name: 'evil', language: null } }]);
  });

  it('the longest text fits', async () => {
    const { takeUpdate, sent, textOf } = telegramRig();
    const longest = '\u{1F600}'.repeat(4_096);
    await takeUpdate(says(longest), left);
    expect(textOf(sent[0])).toBe(longest);
  });

  it.each([
    ['news of the chat', message({ pinned_message: {} })],
    ['a bot', message({ text: 'hi', from: { ...ada, is_bot: true } })],
    ['an anonymous admin', message({ text: '/help', chat: group, sender_chat: group })],
    ['a channel', message({ text: '/help', chat: { ...group, type: 'channel' } })],
    ['nobody', message({ text: '/help', from: undefined })],
  ])('%s does not talk', async (_who, said) => {
    const { takeUpdate, sent } = telegramRig();
    expect((await takeUpdate(update('message', said), left)).outcome).toMatch(/^ignored-/);
    expect(sent).toEqual([]);
  });

  it('what is corrected later has been answered', async () => {
    const { takeUpdate, sent } = telegramRig();
    expect(await takeUpdate(update('edited_message', message({ text: '/help' })), left)).toMatchObject({ outcome: 'ignored-edited' });
    expect(sent).toEqual([]);
  });
});

describe('what is said in a group', () => {
  it.each([
    ['to somebody else', { text: 'see you at six' }],
    ['to another bot', { text: '/help@OtherBot' }],
    ['about somebody else', mention('ask @ada', '@ada')],
    ['as an answer to somebody else', { text: 'yes', reply_to_message: message({ chat: group }) }],
    ['with a picture for the family', { photo: photo() }],
  ])('%s is not queued', async (_what, fields) => {
    const { takeUpdate, sent } = telegramRig();
    expect(await takeUpdate(update('message', message({ chat: group, ...fields })), left)).toMatchObject({ outcome: 'ignored-not-for-us' });
    expect(sent).toEqual([]);
  });

  it.each([
    ['a command', { text: '/quote' }, '/quote'],
    ['a command with our name', { text: `/quote@${botName.toUpperCase()} sea` }, '/quote sea'],
    ['a mention', mention(`@${botName}, who is it?`), 'who is it?'],
    ['a mention behind', mention(`\u{1F600} who @${botName}`), '\u{1F600} who'],
    ['a mention by number', { text: 'who?', entities: [{ type: 'text_mention', offset: 0, length: 4, user: bot }] }, 'who?'],
    ['an answer to us', { text: 'Ada', reply_to_message: message({ chat: group, from: bot }) }, 'Ada'],
  ])('%s is', async (_what, fields, text) => {
    const { takeUpdate, sent, textOf } = telegramRig();
    await takeUpdate(update('message', message({ chat: group, ...fields })), left);
    expect(sent).toMatchObject([{ kind: 'talk', isPrivate: false, chat: `telegram:${String(group.id)}` }]);
    expect(textOf(sent[0])).toBe(text);
  });

  it('an album is ours as a whole from the caption that mentions us on', async () => {
    const { takeUpdate, sent } = telegramRig();
    const album = { chat: group, media_group_id: '7' };
    const { text, entities } = mention(`@${botName} who?`);
    await takeUpdate(shows({ ...album, caption: text, caption_entities: entities }), left);
    await takeUpdate(shows({ ...album, photo: photo('P2') }), left);
    await takeUpdate(shows({ ...album, photo: photo('P3'), from: { ...ada, id: 72 } }), left);
    expect(sent.map((job) => (job as TalkJob).what.did)).toEqual(['sent', 'sent']);
  });

  it('waits for our name where it counts, and only there', async () => {
    const { takeUpdate, sent } = telegramRig({ username: null });
    await expect(takeUpdate(says('/help@Somebody', { chat: group }), left)).rejects.toMatchObject({ code: 'telegram-identity-unknown' });
    await expect(
      takeUpdate(update('message', message({ chat: group, ...mention('hey @someone', '@someone') })), left),
    ).rejects.toMatchObject({
      code: 'telegram-identity-unknown',
    });
    for (const chat of [group, privateChat]) await takeUpdate(says('/help', { chat }), left);
    expect(sent).toHaveLength(2);
  });
});

describe('one chat’s order', () => {
  it('each job names the one before it, in its own chat', async () => {
    const { takeUpdate, sent } = telegramRig();
    const all = [says('1'), says('a', { chat: group, text: '/a' }), clicks(packTalk('x|y')), says('/b', { chat: group }), says('2')];
    await Promise.all(all.map(async (each) => takeUpdate(each, left)));
    const chains = byChat(sent as TalkJob[]);
    for (const jobs of chains.values()) expect(jobs.map(({ after }) => after)).toEqual([null, ...jobs.slice(0, -1).map(({ id }) => id)]);
    expect(chains.size).toBe(2);
  });

  it('the same update again names the same one, and never itself', async () => {
    const { takeUpdate, sent } = telegramRig();
    const [first, second] = [says('1'), says('2')];
    for (const each of [first, second, second, first]) await takeUpdate(each, left);
    const [one, two, again, late] = sent as TalkJob[];
    expect(two?.after).toBe(one?.id);
    expect(again).toMatchObject({ id: two?.id, after: one?.id });
    expect(late?.after).not.toBe(late?.id);
  });

  it('what could not be queued comes before nothing', async () => {
    const { takeUpdate, sent, fail } = telegramRig();
    fail(() => new AppError('queue-unavailable', 'away'));
    await expect(takeUpdate(says('1'), left)).rejects.toMatchObject({ code: 'queue-unavailable' });
    fail(null);
    await takeUpdate(says('2'), left);
    expect(sent).toMatchObject([{ after: null }]);
  });

  it('is forgotten after ten minutes, and beyond ten thousand chats', async () => {
    let nowMs = 1_000;
    const order = createChatOrder(() => nowMs, null);
    const afters: (string | null)[] = [];
    const next = async (chat: string, id: string) => order.next(chat, id, async (after) => void afters.push(after));
    await next('a', '1');
    nowMs += 600_001;
    await next('a', '2');
    for (let index = 0; index < 10_000; index += 1) await next(`c${String(index)}`, 'x');
    await next('a', '3');
    expect(new Set(afters)).toEqual(new Set([null]));
    await next('a', '4');
    expect(afters.at(-1)).toBe('3');
  });
});
