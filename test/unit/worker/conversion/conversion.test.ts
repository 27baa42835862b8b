import { AppError } from '@watchpost/shared/errors';
import { convertKind } from '@watchpost/worker/talk/convert/convert-kind';
import { endStuck } from '@watchpost/worker/conversion/end-stuck';
import { describe, expect, it } from 'vitest';
import { convertRig, never } from '../../../support/convert-rig.ts';

const link = 'https://sounds.test/watch?v=secret';
const rest = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new AppError('aborted', 'stopped')), { once: true }));

describe('a link', () => {
  const { deps, talk, sent, mails, say, press, work, lastShown, folders, documents, talker } = convertRig();
  const audit = () => deps.converting.conversionAudit.list(10, never);

  it('is offered to be converted, and comes back as a file in the chat', async () => {
    await say('1', `look at ${link}!`);
    expect(lastShown()).toContain('sounds.test');
    await press('mp3');
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toContain('secret');
    await work();
    expect(talk.files).toMatchObject([
      { replyTo: '1', file: { as: 'audio', fileName: 'A song.mp3', title: 'A song/..', performer: 'Ada' } },
    ]);
    expect(lastShown()).toMatch(/^Here it is: A song\.mp3/);
    expect(await audit()).toMatchObject([{ by: 'chat:7', host: 'sounds.test', format: 'mp3', outcome: 'sent' }]);
    expect(await folders()).toEqual([]);
    expect(await deps.dialogs.openOf('chat:1', '7', never)).toEqual([]);
    // Nothing that is kept tells what was listened to.
    const kept = await documents.find({ kind: 'conversion', order: 'newest', limit: 10 }, never);
    expect(JSON.stringify(kept)).not.toContain('secret');
    expect(kept).toMatchObject([{ body: { state: 'over', sealed: null } }]);
  });

  it('is converted at once where the format is said, and once however often the message comes', async () => {
    talk.files.length = 0;
    await say('2', `${link} JPEG`);
    await say('2', `${link} JPEG`);
    await work();
    await say('2', `${link} JPEG`);
    await work();
    expect(talk.files).toMatchObject([{ file: { fileName: 'A song.jpg', as: 'picture' } }]);
  });

  it('is not converted where nobody wants that', async () => {
    await say('3', link);
    await press('No');
    expect(lastShown()).toBe('Nothing is converted.');
    await say('4', link);
    const [dialog] = await deps.dialogs.openOf('chat:1', '7', never);
    await convertKind.ended(dialog!, 'expired', talker('4'), deps, never);
    expect(lastShown()).toContain('timed out');
    await deps.dialogs.close(dialog!, never);
    expect(sent).toEqual([]);
  });

  it('is refused in plain words', async () => {
    await say('5', '');
    expect(lastShown()).toContain('mp3, m4a, wav, mp4, gif or jpg');
    await say('6', 'https://other.test/x mp3');
    expect(lastShown()).toContain('other.test');
    await say('7', `${link} mp3 to eve@example.org`);
    expect(lastShown()).toContain('ALERT_MAIL_TO');
    const before = talk.shown.length;
    await say('8', 'have you seen https://other.test/x?', { isPrivate: false });
    expect(talk.shown).toHaveLength(before);
    expect(sent).toEqual([]);
  });

  it('waits where two others of the same person do', async () => {
    await say('10', `${link} mp3`);
    await say('11', `${link} mp3`);
    await say('12', `${link} mp3`);
    expect(lastShown()).toContain('Two of your links');
    await say('13', `${link} mp3`, { member: '8', who: 'chat:8' });
    expect(sent).toHaveLength(3);
    await work();
    await say('14', `${link} mp3`);
    expect(sent).toHaveLength(1);
    await work();
  });

  it('goes by mail to an address that was allowed', async () => {
    await say('20', `${link} mp3 to ada@example.org`);
    await work();
    expect(mails).toMatchObject([{ mail: { to: ['ada@example.org'] } }]);
    expect(mails[0]?.mail.text).toContain('https://watch.test/files/');
  });

  it('is stopped while it waits, and while it runs', async () => {
    await say('30', `${link} mp3`);
    await press('Cancel');
    expect(lastShown()).toMatch(/^Cancelled/);
    talk.files.length = 0;
    await work();
    expect(talk.files).toEqual([]);

    const { fetchMedia } = deps.converting;
    deps.converting.fetchMedia = async (wish, signal) => {
      await press('Cancel');
      wish.onProgress(0.1);
      return rest(signal);
    };
    await say('31', `${link} mp3`);
    const begunAt = performance.now();
    await work();
    expect(performance.now() - begunAt).toBeLessThan(1_000);
    expect(lastShown()).toMatch(/^Cancelled/);
    expect(await folders()).toEqual([]);
    expect((await audit())[0]).toMatchObject({ outcome: 'cancelled' });
    deps.converting.fetchMedia = fetchMedia;
  });

  it('says what went wrong outside, and hides what went wrong here', async () => {
    const { fetchMedia } = deps.converting;
    for (const [code, said] of [
      ['fetch-refused', 'it answered 404'],
      ['converter-missing', 'program for that is missing'],
      ['gallery-refused', 'trying again did not help'],
    ] as const) {
      deps.converting.fetchMedia = async () => Promise.reject(new AppError(code, 'it answered 404'));
      await say(`40-${code}`, `${link} mp3`);
      await work();
      expect(lastShown()).toContain(said);
    }
    deps.converting.fetchMedia = async () => Promise.reject(new AppError('fetch-failed', 'no answer'));
    await say('41', `${link} mp3`);
    const [again] = sent;
    await expect(work(never, false)).rejects.toMatchObject({ code: 'fetch-failed' });
    deps.converting.fetchMedia = fetchMedia;
    sent.push(again!);
    await work();
    expect(lastShown()).toMatch(/^Here it is/);
  });

  it.each(['fetchMedia', 'convertFile', 'sendFile', 'change'] as const)('is begun anew where the worker is killed at %s', async (step) => {
    talk.files.length = 0;
    const kill = new AbortController();
    const { converting } = deps;
    const { fetchMedia, convertFile, conversions } = converting;
    const die = async (): Promise<never> => {
      kill.abort();
      throw new AppError('aborted', 'killed');
    };
    if (step === 'fetchMedia') converting.fetchMedia = die;
    if (step === 'convertFile') converting.convertFile = die;
    if (step === 'sendFile') talk.before = (call) => (call === 'sendFile' ? die() : undefined);
    if (step === 'change')
      converting.conversions = {
        ...conversions,
        change: async (id, to, signal) => (to.state === 'over' ? die() : conversions.change(id, to, signal)),
      };
    await say(`50-${step}`, `${link} m4a`);
    const [job] = sent;
    await expect(work(kill.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(await folders()).toEqual([]);
    Object.assign(converting, { fetchMedia, convertFile, conversions });
    talk.before = () => undefined;
    sent.push(job!);
    await work();
    expect(talk.files.length).toBe(1);
    expect(lastShown()).toMatch(/^Here it is/);
  });

  it('is begun once, though the worker is killed that begins it, and though somebody presses twice', async () => {
    await say('70', link);
    const { send } = deps.sender;
    deps.sender.send = async () => Promise.reject(new AppError('queue-unavailable', 'away'));
    const id = (await deps.dialogs.openOf('chat:1', '7', never))[0]?.id ?? '';
    await expect(press('wav')).rejects.toMatchObject({ code: 'queue-unavailable' });
    deps.sender.send = send;
    const again = async (action: string) => convertKind.pressed((await deps.dialogs.get(id, never))!, action, talker('70'), deps, never);
    await again('wav');
    expect(lastShown()).toContain('To wav');
    await again('mp3');
    expect(lastShown()).toContain('To wav');
    expect(new Set(sent.map((job) => JSON.stringify(job))).size).toBe(1);
    talk.files.length = 0;
    await work();
    expect(talk.files).toMatchObject([{ file: { fileName: 'A song.wav' } }]);
  });

  it('is ended where nobody works on it any more', async () => {
    await say('60', `${link} wav`);
    sent.length = 0;
    await endStuck(deps, Date.now() + 3_600_000, never);
    expect(lastShown()).not.toContain('did not work');
    await endStuck(deps, Date.now() + 2 * 86_400_000, never);
    expect(lastShown()).toContain('did not work');
    expect(await deps.dialogs.openOf('chat:1', '7', never)).toEqual([]);
  });
});

describe('a file that the chat does not take', () => {
  it('becomes a link that expires', async () => {
    const { talk, say, work, lastShown } = large;
    await say('1', `${link} mp4`);
    await work();
    expect(talk.files).toEqual([]);
    const [run] = [...talk.messages.values()].at(-1)?.message.text ?? [];
    expect(run).toMatchObject({
      text: 'A song.mp4',
      link: expect.stringMatching(/^https:\/\/watch\.test\/files\/[\w-]{22}\/A%20song\.mp4\?until=\d+&sig=[\w-]{43}$/),
    });
    expect(lastShown()).toContain('The link is good until');
  });

  it('says what is missing for a link', async () => {
    await unreachable.say('1', `${link} mp4`);
    await unreachable.work();
    expect(unreachable.lastShown()).toContain('PUBLIC_URL');
  });

  const large = convertRig({ madeBytes: 20_000 });
  const unreachable = convertRig({ madeBytes: 20_000, publicUrl: null });
});
