import type { Written } from '@watchpost/shared/chat/written';
import { isOffRecord } from '@watchpost/worker/entry/2-judge';
import { textsOf } from '@watchpost/worker/entry/texts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEntryRig, type EntryRig, firstId } from '../../../support/entry-rig.ts';
import { feedOf, pictureFileOf, writtenMessageOf, writtenOf } from '../../../support/feed-samples.ts';

let rig: EntryRig;
beforeEach(() => {
  rig = createEntryRig();
});

const bot = { member: null, bot: 'B1', app: 'A1' };

describe('who may post', () => {
  it('is every person, and no bot, unless the feed lists them', async () => {
    await rig.settle([rig.says('by a person'), rig.says('by a bot', { messageId: '2.0', author: bot })]);
    expect([await rig.shows(), await rig.shows('2.0')]).toEqual(['by a person', null]);
    expect((await rig.entry('2.0'))?.versions[0]).toMatchObject({ withheld: 'may-not-post', sealed: null });
  });

  it('is who is listed: a member, a member of a group, a bot, an app', async () => {
    rig.feeds = [feedOf({ mayPost: ['U1', 'S1', 'B1', 'A2'] })];
    rig.groups.set('S1', ['U2']);
    const authors = ['U1', 'U2', 'U3'].map((member) => ({ member, bot: null, app: null }));
    const all = [...authors, bot, { member: null, bot: 'B2', app: 'A2' }, { member: 'U2', bot: 'B3', app: null }];
    const jobs = all.map((author, index) => rig.says(`message ${index}`, { author, messageId: `${index}.0` }));
    await rig.settle(jobs);
    const shown = await Promise.all(all.map(async (_, index) => (await rig.shows(`${index}.0`)) !== null));
    expect(shown).toEqual([true, true, false, true, true, false]);
  });

  it('is nobody of a group that the platform does not tell us about, and the log says so once', async () => {
    rig.feeds = [feedOf({ mayPost: ['S1'] })];
    const { AppError } = await import('@watchpost/shared/errors');
    rig.onAsk = (what) => {
      if (what === 'group S1') throw new AppError('chat-not-authorised', 'missing_scope');
    };
    await rig.settle([rig.says('one'), rig.says('two', { messageId: '2.0' })]);
    expect(await rig.shows()).toBeNull();
    expect(rig.lines.filter((line) => line.includes('user group S1'))).toHaveLength(1);
  });

  it('is asked again where the platform is away for a moment', async () => {
    rig.feeds = [feedOf({ mayPost: ['S1'] })];
    rig.groups.set('S1', ['U1']);
    const { AppError } = await import('@watchpost/shared/errors');
    let times = 0;
    rig.onAsk = () => {
      if ((times += 1) === 1) throw new AppError('chat-unavailable', 'HTTP 503');
    };
    await rig.settle([rig.says('at last')]);
    expect(await rig.shows()).toBe('at last');
  });
});

const beginning = (...inlines: Extract<Written['blocks'][number], { type: 'paragraph' }>['inlines']) => ({
  written: { blocks: [{ type: 'paragraph' as const, inlines }], pictures: [], otherFiles: 0 },
});
const text = (what: string) => ({ type: 'text' as const, text: what });
const wave = { type: 'emoji' as const, name: 'wave', unicode: '👋' };
const ada = { type: 'member' as const, member: 'U7' };

describe('what is off the record', () => {
  it.each([
    ['begins with the prefix', beginning(text('<#> not yet'))],
    ['begins with it in bold, or across formatting', beginning({ ...text('<'), styles: ['bold'] }, text('#> not yet'))],
    ['begins with spaces, or with what nobody sees', beginning(text(' \u200B\n\u2060<#>x'))],
    ['begins with somebody’s name', beginning(ada, text(' <#> not yet'))],
    ['begins with emoji and names', beginning(wave, text(' '), ada, wave, text('\t<#> not yet'))],
    ['begins with somebody’s name and a colon', beginning(ada, text(': <#> not yet'))],
    ['begins with a name in brackets, and a comma', beginning(text('('), ada, text('), <#> not yet'))],
    ['is the prefix and nothing else', beginning(text('<#>'))],
    [
      'begins with it in a quote',
      { written: { blocks: [{ type: 'quote' as const, blocks: [writtenOf('<#> so').blocks[0]!] }], pictures: [], otherFiles: 0 } },
    ],
  ])('%s', (_what, message) => {
    expect(isOffRecord(message, ['<#>'])).toBe(true);
  });

  it.each([
    ['has it further on', beginning(text('see <#> there'))],
    ['has it after a word and a name', beginning(text('hi '), ada, text(' <#>'))],
    ['has half of it', beginning(text('<# no'))],
    ['says nothing', beginning()],
  ])('is no message that %s', (_what, message) => {
    expect(isOffRecord(message, ['<#>'])).toBe(false);
  });

  it('may be said in letters of any case, and with an emoji, by name or character', () => {
    expect(isOffRecord(beginning(text('off THE record: x')), ['Off the Record'])).toBe(true);
    for (const prefix of [':zipper_mouth_face:', '🤐'])
      expect(isOffRecord(beginning({ type: 'emoji', name: 'zipper_mouth_face', unicode: '🤐' }, text(' x')), [prefix])).toBe(true);
  });

  it('is nothing where a feed has no prefix, or an empty one', () => {
    expect(isOffRecord(beginning(text('anything')), [])).toBe(false);
    expect(isOffRecord(beginning(text('anything')), [' '])).toBe(false);
  });

  it('hides what was said before, and comes back once it is on the record again', async () => {
    await rig.settle([rig.says('open')]);
    await rig.settle([rig.says('<#> secret', { atUs: 1_800_000_000_000_000, isEdited: true })]);
    expect(await rig.shows()).toBeNull();
    expect((await rig.entry())?.versions).toMatchObject([{ withheld: 'off-record', sealed: null }]);
    await rig.settle([rig.says('open again', { atUs: 1_800_000_000_000_001, isEdited: true })]);
    expect(await rig.shows()).toBe('open again');
  });
});

const secret = ['AKIA', 'CANARY7', 'EXAMPLE99'].join('');

describe('what a rule removes', () => {
  it('is never published, in its text, its links or the names of its pictures', async () => {
    await rig.rule();
    const link = { type: 'link' as const, url: `https://x.example/${secret}`, text: 'here' };
    await rig.settle([
      rig.says(`key ${secret}`),
      rig.says('see', { messageId: '2.0', written: beginning(text('see '), link).written }),
      rig.says('look', { messageId: '3.0', written: writtenOf('look', { pictures: [pictureFileOf('F1', { title: secret })] }) }),
      rig.says('nothing', { messageId: '4.0' }),
    ]);
    const shown = await Promise.all([firstId, '2.0', '3.0', '4.0'].map((id) => rig.shows(id)));
    expect(shown).toEqual([null, null, null, 'nothing']);
    expect((await rig.entry())?.versions).toMatchObject([{ withheld: 'rule', sealed: null }]);
  });

  it('is published where the rule only reports, is in its dry run, looks into files only, or does not apply here', async () => {
    const scope = { in: 'some' as const, channels: ['slack:C9' as const] };
    for (const [index, over] of [{ action: 'report' }, { dryRun: true }, { scan: 'files' }, { scope }].entries())
      await rig.rule({ name: `Rule ${index}`, ...(over as object) });
    await rig.settle([rig.says(`key ${secret}`)]);
    expect(await rig.shows()).toBe(`key ${secret}`);
  });

  it('waits as long as the rules cannot be read', async () => {
    const { createJudging } = await import('@watchpost/worker/entry/2-judge');
    let onRead: (judge: never) => void = () => undefined;
    const ready = new Promise<never>((resolve) => (onRead = resolve));
    const judge = createJudging(writtenMessageOf('hello'), {
      who: { isAuthorOf: async () => true },
      followedRules: { ready: () => ready },
    });
    let verdict: unknown = 'none yet';
    const judging = judge(feedOf(), new AbortController().signal).then((is) => (verdict = is));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(verdict).toBe('none yet');
    onRead({ rules: [], broken: [], judge: async () => [] } as never);
    await judging;
    expect(verdict).toBeNull();
  });
});

describe('what rules read of a message', () => {
  it('is all text in one piece, as a reader sees it, and what is behind it', () => {
    const written = {
      blocks: [
        { type: 'paragraph' as const, inlines: [{ ...text('a'), styles: ['bold' as const] }, text('b'), { type: 'break' as const }, wave] },
        { type: 'list' as const, ordered: false, start: 1, items: [{ inlines: [text('item')], lists: [] }] },
        { type: 'quote' as const, blocks: [{ type: 'code' as const, text: 'x = 1' }] },
      ],
      pictures: [pictureFileOf('F1', { name: 'n.jpg', title: 't', altText: 'd' })],
      otherFiles: 0,
    };
    expect(textsOf(written)).toEqual([
      { where: 'text', text: 'ab\n:wave:\nitem\nx = 1' },
      { where: 'file 1: name', text: 'n.jpg' },
      { where: 'file 1: title', text: 't' },
      { where: 'file 1: description', text: 'd' },
    ]);
  });
});
