import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Entry } from '@watchpost/feeds/entry';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createProfiles } from '@watchpost/feeds/store/profiles';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import {
  approvalSample,
  feedOf,
  pictureFileOf,
  samplePostedAtMs,
  writtenEventOf,
  writtenMessageOf,
  writtenOf,
} from '../support/feed-samples.ts';
import { emptyGallery, galleryBackends } from '../support/gallery-backends.ts';
import { withDocuments } from '../support/rules-cli.ts';
import { runCommand, type CommandRun } from '../support/run-command.ts';
import type { Service } from '../support/services.ts';

const secret = 'm'.repeat(40);
const file = `feeds:
  - { slug: news, channel: C1, headline: News, approval: { emoji: white_check_mark, by: everyone } }
  - { slug: free, channel: C2, headline: Free }
`;
const held = feedOf({ approval: approvalSample });
const free = feedOf({ slug: 'free', channel: 'slack:C2' });
const message = (second: number, text: string, channel: `slack:${string}` = 'slack:C1') =>
  writtenMessageOf(text, { channel, postedAtMs: samplePostedAtMs + second * 1_000 });
const ts = { waiting: '1700000000.000000', free: '1700000001.000000', forbidden: '1700000002.000000', gone: '1700000003.000000' };

async function seed(documents: DocumentStore): Promise<void> {
  const envelope = createEnvelope([secret], 'jobs');
  const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope });
  const pictures = [pictureFileOf('F1')];
  await entries.apply(held, writtenEventOf({ ...message(0, ''), written: writtenOf('waiting words', { pictures }) }), never);
  await entries.apply(free, writtenEventOf(message(1, 'free words', 'slack:C2')), never);
  await entries.apply(held, writtenEventOf(message(2, 'secret words'), { withheld: 'off-record' }), never);
  await entries.apply(held, { kind: 'deleted', channel: 'slack:C1', messageId: ts.gone, atUs: 1 }, never);
  const ada = { id: 'U1', platform: 'slack', displayName: 'Ada', realName: '', title: '', isBot: false, picture: null };
  await createProfiles(documents).putMember({ ...ada, pictureId: null, readAtMs: Date.now() }, never);
}

describe('watchpost feeds check', () => {
  it('says what the feeds are, or all that is wrong with the file', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-feeds-check-'));
    try {
      const [good, bad] = ['good.yaml', 'bad.yaml'].map((name) => path.join(folder, name));
      await writeFile(good!, `${file}  - { slug: board, source: visits, channel: C3, headline: Board, open: false }\n`);
      await writeFile(bad!, 'feeds:\n  - { slug: news, chanel: C1, headline: News }\n');
      expect(await runCommand('feeds', ['check', good!], {})).toMatchObject({
        code: 0,
        out: [
          'news: messages of C1, approved by :white_check_mark:',
          'free: messages of C2',
          'board: visits in C3, closed',
          '3 feeds, no fault',
        ],
      });
      const { code, err } = await runCommand('feeds', ['check', bad!], {});
      expect([code, err.join('\n')]).toEqual([
        1,
        expect.stringMatching(/bad\.yaml:2:\d+: channel is missing[^]*chanel is no setting; did you mean channel\?/),
      ]);
      expect((await runCommand('feeds', ['check', path.join(folder, 'none.yaml')], {})).code).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('watchpost feeds', () => {
  it.each([
    [['show', 'news'], 'an argument is missing'],
    [['show', 'news', 'yesterday'], 'the message must be given by its time, such as 1763800000.000100, or by a link to it'],
    [['override', 'news', ts.free, ' '], 'the text is missing; feeds hide leaves the whole entry out'],
    [['entries', 'news', '--limit', '0'], 'a whole number'],
  ])('%j is answered with what is wrong, and its usage', async (args, fault) => {
    const { code, err } = await runCommand('feeds', args, {});
    expect([code, err[0]?.startsWith('usage-invalid: '), err[1]?.startsWith(`usage: feeds ${args[0]!} `)]).toEqual([2, true, true]);
    expect(err[0]).toContain(fault);
  });

  it('says what is missing where there is no file of feeds', async () => {
    expect(await runCommand('feeds', ['list'], {})).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/^config-invalid: FEEDS_FILE is not set/)],
    });
  });
});

const backend = galleryBackends.find(({ name }) => name === 'PostgreSQL')!;

describeWith(backend.needs, 'watchpost feeds, with entries', () => {
  let server: Service;
  let storage: ReturnType<typeof backend.storage>;
  let folder: string;
  const run = async (args: string[], env: Record<string, string> = { MESSAGE_KEY: secret }): Promise<CommandRun> => {
    const ran = await runCommand('feeds', args, { ...storage, FEEDS_FILE: path.join(folder, 'feeds.yaml'), ...env });
    expect([...ran.out, ...ran.err].join('\n')).not.toContain('secret words');
    return ran;
  };
  const entry = async (slug: string, messageId: string): Promise<Entry> =>
    withDocuments(storage, async (documents) => {
      const { document } = await documents.get('entry', `${slug}.${messageId}`, never);
      return document!.body as Entry;
    });

  beforeAll(async () => {
    server = await backend.start();
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-feeds-'));
    await writeFile(path.join(folder, 'feeds.yaml'), file);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    storage = backend.storage(server.url);
    await emptyGallery(storage);
    await withDocuments(storage, seed);
  });

  it('lists feeds with what waits, and entries with who wrote what', async () => {
    const { out } = await run(['list', '--json']);
    expect(out.map((line) => JSON.parse(line))).toMatchObject([
      { slug: 'news', channel: 'slack:C1', entries: 2, shown: 0, waiting: 1 },
      { slug: 'free', entries: 1, shown: 1, waiting: 0 },
    ]);
    const table = await run(['entries', 'news']);
    expect(table.out.map((line) => line.split(/ {2,}/))).toEqual([
      ['message', 'posted', 'author', 'state', 'text'],
      [ts.gone, '2023-11-14 22:13 UTC', 'deleted'],
      [ts.forbidden, '2023-11-14 22:13 UTC', 'Ada', 'off the record'],
      [ts.waiting, '2023-11-14 22:13 UTC', 'Ada', 'waits', 'waiting words [1 picture]'],
    ]);
    expect((await run(['entries', 'news', '--held', '--json'])).out.map((line) => (JSON.parse(line) as { ts: string }).ts)).toEqual([
      ts.waiting,
    ]);
    expect(await run(['entries', 'other'])).toMatchObject({
      code: 1,
      err: ['feed-unknown: there is no feed other; there are: news, free'],
    });
  });

  it('without the key says that what waits cannot be read, and refuses what would have to be sealed', async () => {
    const listed = await run(['entries', 'news'], {});
    expect([listed.out.join('\n').includes('waiting words'), listed.err]).toEqual([
      false,
      [expect.stringContaining('cannot be read here')],
    ]);
    expect((await run(['show', 'news', ts.waiting], {})).out.join('\n')).toContain('waits; sealed: without MESSAGE_KEY');
    expect((await run(['show', 'news', ts.waiting], { MESSAGE_KEY: 'x'.repeat(40) })).out.join('\n')).toContain('another key');
    expect(await run(['hide', 'free', ts.free], {})).toMatchObject({
      code: 1,
      err: [expect.stringMatching(/^config-invalid: set MESSAGE_KEY/)],
    });
    expect((await run(['history'])).out).toEqual([]);
  });

  it('approves, overrides, restores, hides and shows an entry; each decision says who and when', async () => {
    const link = `https://x.slack.com/archives/C1/p${ts.waiting.replace('.', '')}?thread_ts=1`;
    expect(await run(['approve', 'news', link])).toEqual({ code: 0, out: [`news ${ts.waiting}: approved`], err: [] });
    expect(await entry('news', ts.waiting)).toMatchObject({
      published: { isApproved: true },
      picturesWanted: expect.any(Number),
      editorial: { by: expect.stringMatching(/^cli:/) },
    });
    const jobs = await runCommand('jobs', ['list', '--state', 'waiting', '--json'], storage);
    expect(jobs.out.map((line) => (JSON.parse(line) as { kind: string }).kind).toSorted()).toEqual(['entry', 'handoff']);
    await run(['override', 'news', ts.waiting, 'Better', 'words']);
    expect((await entry('news', ts.waiting)).published?.written.blocks).toEqual(writtenOf('Better words').blocks);
    const shown = (await run(['show', 'news', ts.waiting])).out.join('\n');
    for (const fact of [
      "state .*shown with an editor's text",
      'readers see .*Better words',
      'replaced by an editor: waiting words',
      'decided by .*cli:.*approved',
    ])
      expect(shown).toMatch(new RegExp(fact));
    await run(['restore', 'news', ts.waiting]);
    await run(['hide', 'news', ts.waiting]);
    expect((await entry('news', ts.waiting)).published).toBeNull();
    expect((await run(['override', 'news', ts.waiting, 'x'])).out[1]).toBe(`It is still hidden: watchpost feeds unhide news ${ts.waiting}`);
    await run(['restore', 'news', ts.waiting]);
    const { out } = await run(['unhide', 'news', ts.waiting, '--json']);
    expect(JSON.parse(out[0]!)).toMatchObject({ state: 'shown', shown: 'waiting words [1 picture]', decision: { isApproved: true } });
    const history = (await run(['history', '--json'])).out.map((line) => (JSON.parse(line) as { what: string }).what);
    expect(history.toReversed()).toEqual(['approved', 'overrode', 'restored', 'hid', 'overrode', 'restored', 'showed']);
  });

  it('refuses what cannot be, and records nothing of it', async () => {
    const refusals = [
      [['approve', 'news', ts.forbidden], 'change-refused: it cannot be approved: off the record'],
      [['approve', 'free', ts.free], 'change-refused: the feed free needs no approval'],
      [['hide', 'news', ts.gone], `entry-unknown: ${ts.gone} was deleted in the feed news`],
      [['hide', 'news', ts.free], `entry-unknown: ${ts.free} is not there in the feed news`],
      [['show', 'news', ts.free], `entry-unknown: ${ts.free} is not in the feed news`],
    ] as const;
    for (const [args, fault] of refusals)
      expect(await run([...args])).toMatchObject({ code: 1, out: [], err: [expect.stringContaining(fault)] });
    expect((await run(['history'])).out).toEqual([]);
    expect((await run(['override', 'news', ts.waiting, 'x'])).out[1]).toBe(
      `It still waits for approval: watchpost feeds approve news ${ts.waiting}`,
    );
  });
});
