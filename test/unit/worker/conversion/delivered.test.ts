import { AppError } from '@watchpost/shared/errors';
import { convertKind } from '@watchpost/worker/talk/convert/convert-kind';
import { endStuck } from '@watchpost/worker/conversion/end-stuck';
import { beforeEach, describe, expect, it } from 'vitest';
import { convertRig, never } from '../../../support/convert-rig.ts';

const link = 'https://sounds.test/watch?v=secret';
const dayMs = 86_400_000;
const away = (): never => {
  throw new AppError('chat-unavailable', 'away');
};

describe('a file that was delivered', () => {
  const { deps, talk, sent, say, work, lastShown, documents, talker } = convertRig();
  const large = convertRig({ madeBytes: 20_000 });
  beforeEach(() => {
    talk.files.length = 0;
    talk.before = () => undefined;
    large.talk.before = () => undefined;
  });

  /** The platform takes the file, and nothing after it. */
  const awayAfterTheFile = (): void => {
    talk.before = (call) => (call === 'edit' && talk.files.length > 0 ? away() : undefined);
  };

  it('comes once, though the card cannot be edited for a while', async () => {
    awayAfterTheFile();
    await say('1', `${link} mp3`);
    const [job] = sent;
    await expect(work(never, false)).rejects.toMatchObject({ code: 'chat-unavailable' });
    const kept = await documents.find({ kind: 'conversion', order: 'newest', limit: 10 }, never);
    expect(JSON.stringify(kept)).not.toMatch(/secret|A song/);
    sent.push(job!);
    await expect(work()).rejects.toMatchObject({ code: 'chat-unavailable' });
    talk.before = () => undefined;
    sent.push(job!);
    await work();
    expect(talk.files).toHaveLength(1);
    expect(lastShown()).toMatch(/^Here it is/);
  });

  it('is said to be there, though the last attempt has failed', async () => {
    awayAfterTheFile();
    await say('2', `${link} mp3`);
    await expect(work()).rejects.toMatchObject({ code: 'chat-unavailable' });
    talk.before = () => undefined;
    await endStuck(deps, Date.now() + 2 * dayMs, never);
    expect(lastShown()).toMatch(/^Here it is/);
    expect(await deps.dialogs.openOf('chat:1', '7', never)).toEqual([]);
  });

  it('is not called cancelled', async () => {
    awayAfterTheFile();
    await say('3', `${link} mp3`);
    const [job] = sent;
    const [dialog] = await deps.dialogs.openOf('chat:1', '7', never);
    await expect(work(never, false)).rejects.toMatchObject({ code: 'chat-unavailable' });
    talk.before = () => undefined;
    await convertKind.pressed(dialog!, 'cancel', talker('3'), deps, never);
    sent.push(job!);
    await work();
    expect(lastShown()).toMatch(/^Here it is/);
    expect((await deps.converting.conversionAudit.list(1, never))[0]).toMatchObject({ outcome: 'sent' });
  });

  it('is kept once where it is a link', async () => {
    await large.say('4', `${link} mp4 to ada@example.org`);
    const [job] = large.sent;
    large.talk.before = (call) => (call === 'edit' ? away() : undefined);
    await expect(large.work(never, false)).rejects.toMatchObject({ code: 'chat-unavailable' });
    large.talk.before = () => undefined;
    large.sent.push(job!);
    await large.work();
    expect(await large.documents.find({ kind: 'kept-file', order: 'newest', limit: 10 }, never)).toHaveLength(1);
    const { url = '' } = /(?<url>https:\S+)/.exec(large.mails[0]?.mail.text ?? '')?.groups ?? {};
    expect([...large.talk.messages.values()].at(-1)?.message.text[0]).toMatchObject({ link: url });
  });
});

describe('conversions that nobody works on', () => {
  const { deps, talk, sent, say, lastShown } = convertRig();

  it('are ended one by one: a chat that is away holds up no other', async () => {
    await say('1', `${link} mp3`);
    await say('2', `${link} wav`);
    sent.length = 0;
    let edits = 0;
    talk.before = () => {
      edits += 1;
      if (edits === 1) away();
    };
    await endStuck(deps, Date.now() + 2 * dayMs, never);
    expect(lastShown()).toContain('did not work');
    expect(await deps.dialogs.openOf('chat:1', '7', never)).toHaveLength(1);
    await endStuck(deps, Date.now() + 2 * dayMs, never);
    expect(await deps.dialogs.openOf('chat:1', '7', never)).toEqual([]);
  });
});

describe('a program that is missing', () => {
  const { deps, alerts, say, work } = convertRig();

  it('is told to admins, and also when it is there again', async () => {
    const { fetchMedia } = deps.converting;
    deps.converting.fetchMedia = async () => Promise.reject(new AppError('converter-missing', 'there is no ffmpeg'));
    await say('1', `${link} mp3`);
    await work();
    expect(alerts).toEqual(['No link can be converted: there is no ffmpeg']);
    deps.converting.fetchMedia = fetchMedia;
    await say('2', `${link} mp3`);
    await work();
    expect(alerts.at(-1)).toBe('clear converter-missing');
  });
});
