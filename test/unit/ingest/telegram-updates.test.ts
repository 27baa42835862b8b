import { followMovedChats } from '@watchpost/ingest/platforms/telegram/moved-chats';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import { createMoves } from '@watchpost/talk/moves';
import { packTalk, packTarget } from '@watchpost/telegram/callback-data';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { telegramRig } from '../../support/telegram-door-rig.ts';
import {
  ada,
  bot,
  botId,
  botName,
  cameraChannel,
  cameras,
  clicks,
  group,
  message,
  nowS,
  photo,
  privateChat,
  results,
  says,
  shows,
  update,
} from '../../support/telegram-updates.ts';
import { until } from '../../support/until.ts';

const left = () => 1_000;
const visit = '0123456789abcdefABCDEF';

describe('pictures where cameras post', () => {
  it('become a snapshot job, of the largest size, with an id that holds bot, chat, message and file', async () => {
    const { takeUpdate, sent } = telegramRig();
    const taken = await takeUpdate(shows({ chat: cameras, message_id: 12, caption: 'Person at Garage' }), left);
    expect(taken).toEqual({ outcome: 'snapshot', click: null });
    expect(sent).toEqual([
      {
        v: 1,
        kind: 'snapshot',
        snapshotId: `telegram-${String(botId)}-${String(cameras.id)}-12-P1ul`,
        channel: `telegram:${String(cameras.id)}`,
        messageId: '12',
        takenAtMs: expect.any(Number),
        camera: 'Garage',
        file: { id: 'P1-l', name: null, mimeType: 'image/jpeg', sizeBytes: 90_000, url: null, thumbnailUrl: null },
      },
    ]);
    expect(snapshotJobSchema.safeParse(sent[0]).success).toBe(true);
  });

  it.each([
    ['a live photo', { photo: photo(), live_photo: { file_id: 'v', file_unique_id: 'v' } }, 'P1-l'],
    ['an image as a file', { document: { file_id: 'D1', file_unique_id: 'D1u', mime_type: 'image/png' } }, 'D1'],
    ['a file whose name ends as an image’s', { document: { file_id: 'D2', file_unique_id: 'D2u', file_name: 'a.HEIC' } }, 'D2'],
  ])('%s is one', async (_what, fields, fileId) => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(update('message', message({ chat: cameras, ...fields })), left);
    expect(sent).toMatchObject([{ kind: 'snapshot', file: { id: fileId } }]);
  });

  it('a HEIC file has Telegram’s thumbnail', async () => {
    const { takeUpdate, sent } = telegramRig();
    const document = { file_id: 'H1', file_unique_id: 'H1u', mime_type: 'image/heic', thumbnail: { file_id: 'H1t', file_unique_id: 'x' } };
    await takeUpdate(update('message', message({ chat: cameras, document })), left);
    expect(sent).toMatchObject([{ file: { thumbnailUrl: expect.stringContaining('H1t') } }]);
  });

  it.each([
    ['an animation', { animation: { file_id: 'A' }, document: { file_id: 'A', file_unique_id: 'A', mime_type: 'image/gif' } }],
    ['another file', { document: { file_id: 'Z', file_unique_id: 'Z', mime_type: 'application/zip', file_name: 'a.zip' } }],
  ])('%s is none', async (_what, fields) => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(update('message', message({ chat: cameras, ...fields })), left);
    expect(sent).toEqual([]);
  });

  it('come from channels, from people who pass them on, and from anonymous admins', async () => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(
      update('channel_post', { message_id: 5, date: nowS(), chat: cameraChannel, sender_chat: cameraChannel, photo: photo('C') }),
      left,
    );
    const origin = { type: 'channel', date: 1, chat: { id: -5, type: 'channel', title: 'Garden cam' }, message_id: 1 };
    await takeUpdate(shows({ chat: cameras, forward_origin: origin }), left);
    const person = { type: 'user', date: 1, sender_user: { ...ada, first_name: 'Grace' } };
    await takeUpdate(shows({ chat: cameras, forward_origin: person }), left);
    await takeUpdate(shows({ chat: cameras, sender_chat: cameras }), left);
    expect(sent.map((job) => job.kind === 'snapshot' && job.camera)).toEqual(['Front door', 'Garden cam', null, null]);
  });

  it('the settings name the camera before the sender does, and a caption before both', async () => {
    const { takeUpdate, sent } = telegramRig({ cameraOf: () => 'By settings' });
    const post = { message_id: 5, date: nowS(), chat: cameraChannel, photo: photo() };
    await takeUpdate(update('channel_post', post), left);
    await takeUpdate(update('channel_post', { ...post, message_id: 6, caption: 'Motion detected at Gate' }), left);
    expect(sent.map((job) => job.kind === 'snapshot' && job.camera)).toEqual(['By settings', 'Gate']);
  });

  it('the caption of an album names the camera of all that come after it', async () => {
    const { takeUpdate, sent } = telegramRig();
    const album = { chat: cameras, media_group_id: '99' };
    await takeUpdate(shows({ ...album, caption: 'Motion at Porch' }), left);
    await takeUpdate(shows({ ...album, photo: photo('P2') }), left);
    await takeUpdate(shows({ ...album, media_group_id: '100', photo: photo('P3') }), left);
    expect(sent.map((job) => job.kind === 'snapshot' && job.camera)).toEqual(['Porch', 'Porch', null]);
  });

  it('our own are not taken: in the results chat, by name, or passed on', async () => {
    const { takeUpdate, sent, metrics } = telegramRig({ readChats: [String(cameras.id), String(results.id)] });
    const own = [
      shows({ chat: cameras, from: bot }),
      shows({ chat: cameras, via_bot: bot }),
      shows({ chat: cameras, forward_origin: { type: 'user', date: 1, sender_user: bot } }),
      update('channel_post', { message_id: 8, date: nowS(), chat: { ...results, type: 'channel' }, photo: photo(), reply_markup: {} }),
    ];
    for (const each of own) expect(await takeUpdate(each, left)).toMatchObject({ outcome: 'ignored-own-post' });
    expect(sent).toEqual([]);
    expect(await metrics()).toContain('watchpost_ingest_files_total{outcome="own"} 4');
  });

  it('another picture in the place of the first is a new job, another caption is the same one', async () => {
    const { takeUpdate, sent } = telegramRig();
    const post = message({ chat: cameras, photo: photo() });
    await takeUpdate(update('message', post), left);
    await takeUpdate(update('edited_message', { ...post, caption: 'at Gate' }), left);
    await takeUpdate(update('edited_message', { ...post, photo: photo('P9') }), left);
    const ids = sent.map((job) => job.kind === 'snapshot' && job.snapshotId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    const old = { ...post, date: nowS() - 90_000, edit_date: nowS() };
    expect(await takeUpdate(update('edited_message', old), left)).toMatchObject({ outcome: 'ignored-edited' });
  });

  it('what an outage held back waits behind what is live', async () => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(shows({ chat: cameras, date: nowS() - 3_600 }), left);
    expect(sent).toMatchObject([{ rank: 1_000_001 }]);
  });

  it('one without a usable id is left out and counted', async () => {
    const { takeUpdate, sent } = telegramRig();
    const broken = shows({ chat: cameras, photo: [{ file_id: 'a b', file_unique_id: '', width: 1, height: 1 }] });
    expect(await takeUpdate(broken, left)).toMatchObject({ outcome: 'ignored-malformed-file' });
    expect(sent).toEqual([]);
  });
});

describe('buttons', () => {
  const target = { action: 'not', visit, number: 2, subject: null } as const;

  it('below a visit’s post are an interaction', async () => {
    const { takeUpdate, sent } = telegramRig();
    const taken = await takeUpdate(clicks(packTarget(target), { id: '900', message: message({ message_id: 33, chat: results }) }), left);
    expect(taken).toEqual({ outcome: 'press', click: { id: '900', text: null } });
    expect(sent).toEqual([
      {
        v: 1,
        kind: 'interaction',
        id: `telegram-${String(botId)}-click-900`,
        platform: 'telegram',
        atMs: expect.any(Number),
        by: { member: '71', channel: `telegram:${String(results.id)}`, thread: '33', url: null },
        deed: { do: 'press', target, who: null },
      },
    ]);
  });

  it('who it is is asked in a conversation; a violation is decided about', async () => {
    const { takeUpdate, sent } = telegramRig();
    const taken = await takeUpdate(clicks(packTarget({ ...target, action: 'is' }), { message: message({ chat: results }) }), left);
    // The question comes in another chat: where the button is, somebody must see that something happens.
    expect(taken.click?.text).toContain('in our own chat');
    await takeUpdate(clicks(packTarget({ action: 'accept', violation: visit })), left);
    expect(sent).toMatchObject([
      { kind: 'talk', what: { did: 'naming', target: { action: 'is', visit, number: 2 } } },
      { kind: 'interaction', deed: { do: 'moderate' } },
    ]);
  });

  it('of a conversation are part of it, also below a message that is gone', async () => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(clicks(packTalk('abc|go'), { message: { chat: privateChat, message_id: 7, date: 0 } }), left);
    expect(sent).toMatchObject([{ kind: 'talk', isPrivate: true, what: { did: 'pressed', messageId: '7', data: 'abc|go' } }]);
  });

  it.each([
    ['that nobody knows', clicks('x<b>what</b>')],
    ['below no message', clicks(packTalk('abc|go'), { message: undefined, inline_message_id: '1' })],
    ['without data', clicks('', { data: undefined, game_short_name: 'g' })],
  ])('%s are answered with our own words, and do nothing', async (_what, click) => {
    const { takeUpdate, sent } = telegramRig();
    expect(await takeUpdate(click, left)).toMatchObject({
      outcome: 'ignored-old-button',
      click: { text: expect.stringContaining('too old') },
    });
    expect(sent).toEqual([]);
  });
});

describe('commands about faces', () => {
  it.each(['/faces list Ada', '/faces', '/who', '/LASTSEEN Ada'])(
    '%s is talk like all else, and nobody reads it in the queue',
    async (text) => {
      const { takeUpdate, sent, textOf } = telegramRig();
      expect(await takeUpdate(says(text), left)).toMatchObject({ outcome: 'talk' });
      expect(sent).toMatchObject([{ kind: 'talk', what: { did: 'said' } }]);
      expect(textOf(sent[0])).toBe(text);
      expect(JSON.stringify(sent)).not.toContain('Ada"');
    },
  );

  it('in a group only ours count', async () => {
    const { takeUpdate, sent, textOf } = telegramRig();
    expect(await takeUpdate(says('/who@OtherBot', { chat: group }), left)).toMatchObject({ outcome: 'ignored-not-for-us' });
    expect(await takeUpdate(says(`/who@${botName.toLowerCase()}`, { chat: group }), left)).toMatchObject({ outcome: 'talk' });
    expect(await takeUpdate(says('/who', { chat: group }), left)).toMatchObject({ outcome: 'talk' });
    expect(sent.map((job) => textOf(job))).toEqual(['/who', '/who']);
  });
});

describe('news of a chat', () => {
  const membership = (was: object, is: object) =>
    update('my_chat_member', {
      chat: group,
      from: ada,
      date: nowS(),
      old_chat_member: { user: bot, ...was },
      new_chat_member: { user: bot, ...is },
    });

  it('tells of our coming and going, not of our rights', async () => {
    const { takeUpdate, sent } = telegramRig();
    await takeUpdate(membership({ status: 'left' }, { status: 'member' }), left);
    await takeUpdate(membership({ status: 'member' }, { status: 'administrator' }), left);
    await takeUpdate(membership({ status: 'member' }, { status: 'restricted', is_member: false }), left);
    expect(sent).toMatchObject([{ what: { did: 'membership', isIn: true } }, { what: { did: 'membership', isIn: false } }]);
  });

  it('that it has a new number is one job, whichever of the two chats tells it', async () => {
    const { takeUpdate, sent } = telegramRig();
    const now = { id: -100_999, type: 'supergroup', title: 'Family' };
    await takeUpdate(update('message', message({ chat: group, migrate_to_chat_id: now.id })), left);
    await takeUpdate(update('message', message({ chat: now, migrate_from_chat_id: group.id })), left);
    expect(sent).toMatchObject(
      Array.from({ length: 2 }, () => ({
        id: `telegram-${String(botId)}-${String(group.id)}-moved`,
        chat: `telegram:${String(group.id)}`,
        what: { did: 'moved', to: 'telegram:-100999' },
      })),
    );
  });

  it('about a chat that is configured is an error that says so, and its pictures are taken until then', async () => {
    const { takeUpdate, logged, sent } = telegramRig();
    await takeUpdate(update('message', message({ chat: cameras, migrate_to_chat_id: -5 })), left);
    expect(logged.join('')).toContain('put it into the configuration');
    await takeUpdate(shows({ chat: { ...cameras, id: -5 } }), left);
    expect(sent.at(-1)).toMatchObject({ kind: 'snapshot', channel: 'telegram:-5' });
  });

  it('no picture is lost where the new chat tells of it first', async () => {
    const { takeUpdate, logged, sent } = telegramRig();
    await takeUpdate(update('message', message({ chat: { ...cameras, id: -5 }, migrate_from_chat_id: cameras.id })), left);
    await takeUpdate(shows({ chat: { ...cameras, id: -5 } }), left);
    expect(sent.at(-1)).toMatchObject({ kind: 'snapshot', channel: 'telegram:-5' });
    await takeUpdate(update('message', message({ chat: cameras, migrate_to_chat_id: -5 })), left);
    expect(logged.filter((line) => line.includes('put it into the configuration'))).toHaveLength(1);
  });

  it('is also learned from what a worker has noted, and asked for only where a chat can move', async () => {
    const documents = createMemoryDocuments();
    const never = new AbortController().signal;
    const [readChats, { log, logged }] = [new Set(['-5', '-1007', '42']), telegramRig()];
    await createMoves(documents).record('telegram:-5', 'telegram:-1005', never);
    await createMoves(documents).record('telegram:-5', 'telegram:-1005', never);
    let isAway = true;
    const ending = new AbortController();
    const following = followMovedChats(
      { documents: async () => (isAway ? Promise.reject(new Error('away')) : documents), readChats, log, everyMs: 10 },
      ending.signal,
    );
    await until('it was told', () => logged.some((line) => line.includes('does not say')));
    isAway = false;
    await until('it is followed', () => readChats.has('-1005'));
    ending.abort();
    await following;
    expect([...readChats]).toEqual(['-5', '-1007', '42', '-1005']);
    await followMovedChats({ documents: async () => Promise.reject(new Error('nobody asks')), readChats: new Set(['-1007']), log }, never);
  });
});
