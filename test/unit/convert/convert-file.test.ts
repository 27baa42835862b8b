import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertFile, type FileToConvert } from '@watchpost/convert/convert-file';
import { formats, type Format, type Media } from '@watchpost/convert/formats';
import { probe } from '@watchpost/convert/probe';
import type { Tools } from '@watchpost/convert/tools';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFilm, makeMedia, makeSound, someTools, temporaryFolder } from '../../support/media.ts';

const never = new AbortController().signal;
let base: string;
let tools: Tools;
let film: string;
let sound: string;
let count = 0;

beforeAll(async () => {
  base = await temporaryFolder();
  tools = await someTools();
  film = await makeFilm(join(base, 'film.mp4'));
  sound = await makeSound(join(base, 'sound.wav'));
});

/** As a pipeline converts it: alone in a folder. */
async function wish(from: string, format: Format, more: Partial<FileToConvert> = {}): Promise<FileToConvert> {
  count += 1;
  const folder = join(base, `work-${count}`);
  await mkdir(folder);
  const file = join(folder, 'fetched.bin');
  await copyFile(from, file);
  const tags = { title: null, artist: null, album: null };
  return { file, folder, format, tags, maxBytes: 50_000_000, timeoutMs: 30_000, onProgress: () => undefined, ...more };
}

/** What a file is, under a name that does not tell. */
async function looked(file: string): Promise<Media> {
  const unnamed = `${file}.bin`;
  await copyFile(file, unnamed);
  return probe(unnamed, { folder: base, maxBytes: 50_000_000 }, tools, never);
}

describe('convertFile', () => {
  it.each(formats)('makes a %s of a film, with its tags and without the place', async (format) => {
    const parts: number[] = [];
    const made = await convertFile(await wish(film, format, { onProgress: (part) => void parts.push(part) }), tools, never);
    const media = await looked(made.file);
    expect(media).toMatchObject({ hasAudio: !['gif', 'jpg'].includes(format), hasVideo: ['mp4', 'gif', 'jpg'].includes(format) });
    expect(made.tags).toEqual({ title: 'Ada; was=here', artist: 'Grace', album: null });
    const carriesTags = ['mp3', 'm4a', 'mp4', 'wav'].includes(format);
    expect(media.tags.title).toBe(carriesTags ? 'Ada; was=here' : null);
    expect((await readFile(made.file)).includes('+47.3')).toBe(false);
    expect(parts.at(-1)).toBeGreaterThan(format === 'jpg' ? 0 : 0.5);
    for (const part of parts) expect(part).toBeLessThanOrEqual(1);
  });

  it('keeps the cover of a song, and what is known from elsewhere', async () => {
    const cover = await makeMedia(join(base, 'cover.jpg'), ['-f', 'lavfi', '-i', 'testsrc=s=64x64', '-frames:v', '1']);
    const args = ['-i', sound, '-i', cover, '-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
    const song = await makeMedia(join(base, 'song.mp3'), [...args, '-metadata', 'title=Old', '-id3v2_version', '3']);
    const tags = { title: 'New -y /etc/passwd', artist: null, album: 'Tests' };
    for (const format of ['mp3', 'm4a'] as const) {
      const made = await convertFile(await wish(song, format, { tags }), tools, never);
      const media = await looked(made.file);
      expect(media).toMatchObject({ hasAudio: true, hasVideo: false, tags });
      expect(media.cover).not.toBeNull();
    }
  });

  it('says what a format needs', async () => {
    await expect(convertFile(await wish(sound, 'mp4'), tools, never)).rejects.toMatchObject({
      code: 'conversion-failed',
      message: /no picture/,
    });
    const silent = await makeMedia(join(base, 'silent.gif'), ['-f', 'lavfi', '-i', 'testsrc=d=1:s=64x64']);
    await expect(convertFile(await wish(silent, 'mp3'), tools, never)).rejects.toMatchObject({
      code: 'conversion-failed',
      message: /no sound/,
    });
  });

  it.each([
    ['m3u8', (secret: string) => `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile://${secret}\n#EXT-X-ENDLIST\n`],
    ['m3u8 with concat', (secret: string) => `#EXTM3U\n#EXTINF:10.0,\nconcat:${secret}|${secret}\n#EXT-X-ENDLIST\n`],
    ['concat', (secret: string) => `ffconcat version 1.0\nfile '${secret}'\n`],
    [
      'DASH',
      (secret: string) =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="audio/wav"><Representation id="1" bandwidth="1000"><BaseURL>file://${secret}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
    ['SDP', () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n'],
    ['text', () => 'hello'],
    ['nothing', () => ''],
  ])('never reads another file because of a %s that is named mp4', async (_what, content) => {
    const trap = join(base, `trap-${count}.mp4`);
    await writeFile(trap, content(sound));
    for (const format of ['wav', 'mp4', 'jpg'] as const)
      await expect(convertFile(await wish(trap, format), tools, never)).rejects.toMatchObject({ code: 'conversion-failed' });
  });

  it('refuses what is broken, or becomes too large', async () => {
    const half = join(base, 'half.mp4');
    await writeFile(half, (await readFile(film)).subarray(0, 3_000));
    await expect(convertFile(await wish(half, 'mp3'), tools, never)).rejects.toMatchObject({ code: 'conversion-failed' });
    const long = await makeMedia(join(base, 'long.m4a'), ['-f', 'lavfi', '-i', 'sine=d=120', '-c:a', 'aac', '-b:a', '32k']);
    await expect(convertFile(await wish(long, 'wav', { maxBytes: 2_000_000 }), tools, never)).rejects.toMatchObject({
      code: 'file-too-large',
    });
  });

  it('brings no file that nothing can show', async () => {
    const strip = await makeMedia(join(base, 'strip.png'), ['-f', 'lavfi', '-i', 'color=s=20000x10', '-frames:v', '1']);
    await expect(convertFile(await wish(strip, 'gif'), tools, never)).rejects.toMatchObject({ code: 'conversion-failed' });
  });

  it('reads tags that have several lines', async () => {
    const tags = ['-metadata', 'title=First\nartist=Eve\n[chapter]\\', '-metadata', 'album=\u202Eback\u0007wards'];
    const song = await makeMedia(join(base, 'lines.mp3'), ['-f', 'lavfi', '-i', 'sine=d=1', ...tags, '-metadata', 'artist=Ada']);
    const made = await convertFile(await wish(song, 'mp3'), tools, never);
    expect(made.tags).toEqual({ title: 'First artist=Eve [chapter]\\', artist: 'Ada', album: 'backwards' });
  });

  it('stops within a second, and in time', async () => {
    const long = await makeMedia(join(base, 'hours.wav'), ['-f', 'lavfi', '-i', 'anullsrc=r=8000', '-t', '7200']);
    const stop = new AbortController();
    const begun = await wish(long, 'm4a', { maxBytes: 500_000_000, onProgress: () => stop.abort() });
    let abortedAt = 0;
    stop.signal.addEventListener('abort', () => void (abortedAt = performance.now()));
    await expect(convertFile(begun, tools, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    const slow = await wish(long, 'm4a', { maxBytes: 500_000_000, timeoutMs: 300 });
    await expect(convertFile(slow, tools, never)).rejects.toMatchObject({ code: 'conversion-failed', message: /too long/ });
  });

  it('says what is missing', async () => {
    const none = { ...tools, ffmpeg: null };
    await expect(convertFile(await wish(film, 'mp3'), none, never)).rejects.toMatchObject({
      code: 'converter-missing',
      message: /FFMPEG_PATH/,
    });
  });
});
