import { plain } from '@watchpost/shared/chat/say';
import { describe, expect, it } from 'vitest';
import { freeText, unknownCommand } from '@watchpost/worker/talk/commands/free-text';
import { listedCommands } from '@watchpost/worker/talk/commands';
import { nearestCommand } from '@watchpost/worker/talk/commands/listed';
import { parseQuote } from '@watchpost/worker/talk/commands/quote';
import { filesOf, parseLogAsked } from '@watchpost/worker/talk/commands/slog';
import { never } from '../../../support/each-store.ts';
import { createWordsRig } from '../../../support/words-rig.ts';

const hostile = [
  'constructor',
  '__proto__',
  '0',
  '9007199254740992',
  '-1',
  'x'.repeat(10_000),
  ' '.repeat(8_000) + 'x',
  '#a '.repeat(2_500) + 'x',
  '– '.repeat(4_000),
  '\u0000\u001b[31m',
  '\u202Eevil\u2066',
  '👩‍👩‍👧 <b>&amp;</b> *_[]()~`',
  '\ud83d',
  '“',
];

describe('what everybody can type', () => {
  it('greets by name with what can be done', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/start')).toMatch(/^Hello Ada! [\s\S]*photo[\s\S]*\/help/);
    expect((await rig.type('/start')).split('\n')).toHaveLength(5);
  });

  it.each([
    [{ converts: true, collects: true }, /link/, /\/convert .*\n|\/chart .*\n/],
    [{ converts: false, collects: false }, /^(?!.*link)/s, /^(?!.*\/convert)(?!.*\/chart)/s],
  ])('offers links and charts only where there are any: %j', async (use, greeting, help) => {
    const rig = createWordsRig({ given: { listed: listedCommands(use) } });
    expect(await rig.type('/start')).toMatch(greeting);
    expect(await rig.type('/help')).toMatch(help);
  });

  it.each([
    [null, 'is kept, until you erase it;'],
    [1, 'is kept, for 1 day, or until you erase it;'],
  ])('/privacy tells how long: %j days', async (keepDays, said) => {
    expect(await createWordsRig({ given: { keepDays } }).type('/privacy')).toContain(said);
  });

  it('lists the commands that one may use, also those about faces', async () => {
    const text = await createWordsRig().type('/help');
    for (const name of ['/slog', '/8ball', '/who ', '/lastseen', '/faces']) expect(text).toContain(name);
    expect(text).not.toContain('/allow');
    expect(await createWordsRig({ over: { role: 'admin' } }).type('/help')).toMatch(/For admins:\n\/allow/);
  });

  it('is told that it was read, and once what works better', async () => {
    const rig = createWordsRig();
    const answer = async (over = {}) => plain((await freeText('hi', rig.talker(over), rig.deps, never)).text);
    expect(await answer({ jobId: 'first' })).toMatch(/^Reading you 5x5\.\n.*\/help/);
    expect(await answer({ jobId: 'first' })).toMatch(/^Reading you 5x5\.\n/);
    expect(await answer({ jobId: 'second' })).toBe('Reading you 5x5.');
    expect(await answer({ who: 'chat:8' })).toMatch(/\n/);
    expect(plain((await freeText(' \u200B', rig.talker(), rig.deps, never)).text)).toMatch(/only read text/);
  });

  it.each([
    ['slgo', 'slog'],
    ['HELP', 'help'],
    ['reg', 'register'],
    ['hlep', 'help'],
    ['ball', '8ball'],
    ['xyzzy', null],
    ['q', null],
    ['constructor', null],
  ])('means by /%s %j', (typed, nearest) => {
    const names = ['start', 'help', 'quote', '8ball', 'slog', 'register', 'who'];
    expect(nearestCommand(typed, names)).toBe(nearest);
  });

  it('is told of no command that it may not use', async () => {
    const rig = createWordsRig();
    const answer = async (role: 'admin' | 'member') => plain((await unknownCommand('alow', rig.talker({ role }), rig.deps)).text);
    expect(await answer('member')).not.toContain('/allow');
    expect(await answer('admin')).toContain('/allow');
    expect(plain((await unknownCommand('x'.repeat(5_000), rig.talker(), rig.deps)).text).length).toBeLessThan(120);
  });

  it('is answered by the ball, each attempt of a job alike', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/8ball')).toMatch(/^Ask me something/);
    expect(await rig.type('/8ball Rain?', 3)).toBe(await rig.type('/8ball Rain?', 3));
    const answers = new Set<string>();
    for (let index = 0; index < 200; index += 1) answers.add(await rig.type('/8ball Rain?'));
    expect(answers.size).toBeGreaterThan(15);
  });

  it('says who somebody is, and in a group which number that has', async () => {
    expect(await createWordsRig().type('/id')).toBe('You are number 7, Ada.');
    const group = createWordsRig({ over: { isPrivate: false, chat: 'chat:-100' } });
    expect(await group.type('/id')).toMatch(/chat is number -100/);
  });

  it.each(hostile)('is never lost for an answer: %j', async (text) => {
    const rig = createWordsRig();
    const started = performance.now();
    for (const command of [
      'start',
      'help',
      '8ball',
      'quote',
      'quote add',
      'slog',
      'slog list',
      'slog show',
      'slog erase',
      'register',
      'id',
    ]) {
      const answer = await rig.type(`/${command} ${text}`);
      expect(answer.length).toBeGreaterThan(0);
      expect(answer.length).toBeLessThan(4_096);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('/quote', () => {
  it.each([
    ['Be good. – Ada #life #work', { text: 'Be good.', author: 'Ada', tags: ['life', 'work'] }],
    ['“Be good.” -- Ada Lovelace', { text: 'Be good.', author: 'Ada Lovelace', tags: [] }],
    ['Be good.\n- Ada', { text: 'Be good.', author: 'Ada', tags: [] }],
    ['a well-known 5 - 3 thing', { text: 'a well-known 5 - 3 thing', author: null, tags: [] }],
    ['I am #1 – really – Ada', { text: 'I am #1 – really', author: 'Ada', tags: [] }],
    ['We are #winning and happy', { text: 'We are #winning and happy', author: null, tags: [] }],
    ['#only', { text: '', author: null, tags: ['only'] }],
    ['', { text: '', author: null, tags: [] }],
  ])('reads %j', (typed, read) => expect(parseQuote(typed)).toEqual(read));

  it('keeps a quote, and says one, with a tag or without', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/quote')).toMatch(/no quotes yet/);
    expect(await rig.type('/quote add Be good. – Ada #life')).toBe('Added, about life.');
    expect(await rig.type('/quote add Be good. – Ada #life')).toMatch(/know this one/);
    for (const asked of ['/quote', '/quote life', '/quote #life']) expect(await rig.type(asked)).toBe('“Be good.”\n– Ada');
    expect(await rig.type('/quote cats')).toMatch(/“cats”/);
    expect(await rig.type('/quote tags')).toMatch(/• life/);
    expect(await rig.type('/quote add')).toMatch(/^Say what/);
    expect(await rig.type(`/quote add ${'x'.repeat(101)}`)).toBe('I cannot take this one: text must have at most 100 characters.');
  });

  it('cuts what does not fit in a message', async () => {
    const rig = createWordsRig({ quotes: [{ text: '😀'.repeat(5_000), author: 'A', source: null, tags: [] }] });
    expect(await rig.type('/quote')).toMatch(/😀…”\n– A$/u);
    expect(rig.last().length).toBeLessThan(4_096);
  });
});

describe('/slog', () => {
  it.each([
    ['list', { do: 'list', limit: 10, before: null, word: null }],
    ['LIST 30', { do: 'list', limit: 30 }],
    ['list 0', { do: 'list', limit: 1 }],
    ['list 9007199254740992', { do: 'list', word: '9007199254740992' }],
    ['list 999999999999999', { do: 'list', limit: 50 }],
    ['list before 17', { do: 'list', before: 17 }],
    ['list milk', { do: 'list', word: 'milk' }],
    ['list “oat milk”', { do: 'list', word: 'oat milk' }],
    ['list of things', { do: 'note', text: 'list of things' }],
    ['erase all my doubts', { do: 'note', text: 'erase all my doubts' }],
    ['erase ALL', { do: 'erase', which: 'all' }],
    ['erase 3', { do: 'erase', which: 3 }],
    ['erase', { do: 'erase', which: null }],
    ['show 2', { do: 'show', number: 2 }],
    ['export', { do: 'export' }],
    ['export\nthis', { do: 'note', text: 'export\nthis' }],
    ['', { do: 'usage' }],
  ])('reads %j', (typed, asked) => expect(parseLogAsked(typed)).toMatchObject(asked));

  it('notes, lists the newest last, and shows one whole', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/slog list')).toMatch(/^Your log is empty/);
    expect(await rig.type('/slog Milk\nand bread')).toBe('Noted as 1.');
    expect(await rig.type(`/slog ${'long '.repeat(600)}`)).toBe('Noted as 2.');
    const list = await rig.type('/slog list');
    expect(list).toMatch(/^1 · 2026-11-22 12:00 UTC\nMilk\nand bread\n\n2 · [^\n]*\nlong long [^…]*…/);
    expect(await rig.type('/slog show 2')).toContain('long '.repeat(500));
    expect(await rig.type('/slog show 3')).toMatch(/no entry 3/);
    expect(await rig.type('/slog list milk')).toMatch(/^1 · /);
    expect(await rig.type('/slog list cheese')).toMatch(/“cheese”/);
    expect(await rig.type(`/slog ${'x'.repeat(3_501)}`)).toMatch(/3,501 characters.*3,500/);
  });

  it('lists as many as fit in one message, and says how to see the others', async () => {
    const rig = createWordsRig();
    for (let index = 1; index <= 30; index += 1) await rig.type(`/slog ${index} ${'x'.repeat(500)}`);
    const list = await rig.type('/slog list 50');
    expect(list.length).toBeLessThan(4_096);
    const [, before] = /\/slog list before (\d+)$/.exec(list) ?? [];
    expect(list).toContain(`${before} · `);
    expect(await rig.type(`/slog list before ${before}`)).toContain(`${Number(before) - 1} · `);
    expect(await rig.type('/slog list before 1')).toMatch(/no entry before 1/);
  });

  it('notes once what is done twice', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/slog Milk', 5)).toBe('Noted as 1.');
    expect(await rig.type('/slog Milk', 5)).toBe('Noted as 1.');
    expect(await rig.deps.privateLog.count('chat:7', never)).toBe(1);
  });

  it('is sent as a file with all of it', async () => {
    const rig = createWordsRig();
    await rig.type('/slog export');
    expect(rig.last()).toMatch(/^Your log is empty/);
    await rig.type('/slog Zoë\nand 😀');
    await rig.type('/slog two');
    await rig.type('/slog export');
    expect(rig.files).toHaveLength(1);
    const [{ file, caption } = { file: null, caption: [] }] = rig.files;
    expect(plain(caption)).toBe('Your log: 2 entries.');
    expect(file).toMatchObject({ as: 'document', fileName: 'private-log-2026-11-22.txt' });
    expect(await file?.content.text()).toMatch(/^#1 · 2026-11-22 12:00 UTC\nZoë\nand 😀\n\n#2 · [^\n]*\ntwo\n\n$/);
  });

  it('is sent in parts where the platform takes no such file', () => {
    const entries = [1, 2, 3, 4, 5].map((number) => ({ number, atMs: 0, text: '😀'.repeat(10) }));
    const files = filesOf(entries, 150);
    expect(files.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(Math.max(...files.map(({ content }) => content.size))).toBeLessThanOrEqual(150);
  });
});
