import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createPersonalAudit } from '@watchpost/talk/personal-audit';
import { createRegistrations } from '@watchpost/talk/registration';
import { createPrivateLog, mostEntryCharacters, type PrivateLog } from '@watchpost/talk/slog';
import { beforeEach, describe, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';

const ada = 'chat:7';
const eve = 'chat:70';
const atMs = Date.UTC(2026, 10, 22, 12);
const all: Parameters<PrivateLog['page']>[1] = { before: null, word: null, limit: 1_000 };

function behavesLikeOne(documents: () => DocumentStore): void {
  const log = (most?: number): PrivateLog => createPrivateLog(documents(), { keepMs: null, ...(most !== undefined && { most }) });
  const add = async (text: string, job = text, owner: typeof ada | typeof eve = ada, to = log()) =>
    to.add(owner, { text, job, atMs }, never);
  const texts = async (owner: typeof ada | typeof eve = ada, which = all) =>
    (await log().page(owner, which, never)).entries.map(({ text }) => text);

  it('keeps what somebody noted, with its lines, for nobody else', async () => {
    expect(await add('Milk\r\n\r\n\r\n  and   bread ')).toEqual({ number: 1, atMs, text: 'Milk\n\nand bread' });
    expect(await add('Zoë 👩‍👩‍👧 $where a.b')).toMatchObject({ number: 2 });
    expect(await texts()).toEqual(['Zoë 👩‍👩‍👧 $where a.b', 'Milk\n\nand bread']);
    expect(await texts(eve)).toEqual([]);
    expect(await log().get(eve, 1, never)).toBeNull();
    expect(await log().count(eve, never)).toBe(0);
    expect(await log().erase(eve, 1, never)).toBe(false);
    expect(await log().eraseAll(eve, never)).toBe(0);
    expect(await log().count(ada, never)).toBe(2);
  });

  it('leaves nothing for ever where there is a time to keep it', async () => {
    const keepMs = 3_600_000;
    const kept = createPrivateLog(documents(), { keepMs });
    const nowMs = Date.now();
    for (const text of ['one', 'two']) await kept.add(ada, { text, job: text, atMs: nowMs }, never);
    const find = async (kind: string) => documents().find({ kind, key: `owner:${ada}`, order: 'oldest', limit: 9 }, never);
    const [[head], entries] = [await find('private-log'), await find('private-log-entry')];
    expect(entries.map(({ expiresAtMs }) => expiresAtMs)).toEqual([nowMs + keepMs, nowMs + keepMs]);
    // The numbers that were given outlive the entries, by little.
    expect(head?.expiresAtMs ?? Infinity).toBeGreaterThan(nowMs + keepMs);
    expect(head?.expiresAtMs ?? Infinity).toBeLessThan(nowMs + keepMs + 2 * 86_400_000);
  });

  it('notes it once, however often its job is done', async () => {
    const attempts = await Promise.all([1, 2, 3, 4].map(async () => add('once', 'job')));
    expect(attempts).toEqual(attempts.map(() => ({ number: 1, atMs, text: 'once' })));
    expect(await add('once', 'job')).toMatchObject({ number: 1 });
    expect(await texts()).toEqual(['once']);
  });

  it('keeps all of what is noted at once', async () => {
    const words = Array.from({ length: 8 }, (_, index) => `note ${index}`);
    await Promise.all(words.map(async (text) => add(text)));
    expect((await texts()).toSorted()).toEqual(words);
  });

  it('refuses what is empty or too long, and says so of nothing else', async () => {
    expect(await add('x'.repeat(10_000))).toBe('long');
    expect(await add('😀'.repeat(mostEntryCharacters))).toMatchObject({ number: 1 });
    expect(await add('😀'.repeat(mostEntryCharacters + 1))).toBe('long');
    for (const text of ['', ' \n ', '\u0000\u0007', '\u202E\u200B', '\u0301']) expect(await add(text)).toBe('empty');
    expect(await add('a\u0000b\u202E\ud800c')).toMatchObject({ text: 'abc' });
  });

  it('has pages, and finds a word in whatever case', async () => {
    for (let index = 1; index <= 103; index += 1) await add(index % 50 === 0 ? `The CAT, the ＣＡＴ ${index}` : `note ${index}`);
    expect(await texts(ada, { ...all, limit: 3 })).toEqual(['note 103', 'note 102', 'note 101']);
    expect((await log().page(ada, { ...all, limit: 103 }, never)).isMore).toBe(false);
    const page = await log().page(ada, { ...all, before: 3, limit: 1 }, never);
    expect(page).toMatchObject({ entries: [{ number: 2 }], isMore: true });
    expect(await texts(ada, { ...all, word: 'cat' })).toEqual(['The CAT, the ＣＡＴ 100', 'The CAT, the ＣＡＴ 50']);
    for (const before of [0, 1]) expect(await texts(ada, { ...all, before })).toEqual([]);
    expect(await texts(ada, { ...all, before: 2 ** 53, limit: 1 })).toEqual(['note 103']);
    expect(await log().count(ada, never)).toBe(103);
  });

  it.each([0, -1, 4, 1.5, 2 ** 53, NaN])('has no entry %d', async (number) => {
    await add('one');
    expect(await log().get(ada, number, never)).toBeNull();
    expect(await log().erase(ada, number, never)).toBe(false);
  });

  it('is full at some number, until something is erased', async () => {
    for (const text of ['a', 'b', 'c']) await add(text, text, ada, log(3));
    expect(await add('d', 'd', ada, log(3))).toBe('full');
    expect(await log().erase(ada, 2, never)).toBe(true);
    expect(await add('d', 'd', ada, log(3))).toMatchObject({ number: 4 });
    expect(await add('e', 'e', ada, log(3))).toBe('full');
    expect(await texts()).toEqual(['d', 'c', 'a']);
  });

  it('leaves nothing of a log that is erased', async () => {
    for (let index = 0; index < 101; index += 1) await add(`note ${index}`);
    await add('of Eve', 'job', eve);
    expect(await log().eraseAll(ada, never)).toBe(101);
    expect(await texts()).toEqual([]);
    for (const kind of ['private-log', 'private-log-entry']) {
      const left = await documents().find({ kind, order: 'oldest', limit: 10 }, never);
      expect(left.filter(({ keys }) => keys.includes('owner:chat:7'))).toEqual([]);
    }
    expect(await texts(eve)).toEqual(['of Eve']);
    expect(await add('anew')).toMatchObject({ number: 1, text: 'anew' });
    expect(await texts()).toEqual(['anew']);
  });

  it('keeps nothing of what is noted while the log is erased', async () => {
    await add('before');
    const erasing: DocumentStore = {
      ...documents(),
      put: async (document, signal) => {
        if (document.kind === 'private-log-entry') await log().eraseAll(ada, never);
        return documents().put(document, signal);
      },
    };
    await createPrivateLog(erasing, { keepMs: null }).add(ada, { text: 'meanwhile', job: 'job', atMs }, never);
    expect(await texts()).toEqual([]);
    expect(await documents().find({ kind: 'private-log-entry', order: 'oldest', limit: 10 }, never)).toEqual([]);
  });

  it('keeps entries as long as it is told to', async () => {
    await createPrivateLog(documents(), { keepMs: 1_000 }).add(ada, { text: 'old', job: 'old', atMs: Date.now() - 60_000 }, never);
    await add('new');
    await documents().expire(never);
    expect(await texts()).toEqual(['new']);
  });

  it('keeps one registration of each person, until it is erased', async () => {
    const registrations = createRegistrations(documents(), { keepMs: null });
    await registrations.save(ada, { surname: 'constructor', age: 36, gender: 'Female' }, never);
    await registrations.save(ada, { surname: 'Lovelace', age: 37, gender: 'Female' }, never);
    expect(await registrations.get(ada, never)).toMatchObject({ surname: 'Lovelace', age: 37, gender: 'Female' });
    expect(await registrations.get(eve, never)).toBeNull();
    expect(await registrations.erase(eve, never)).toBe(false);
    expect(await registrations.erase(ada, never)).toBe(true);
    expect(await registrations.get(ada, never)).toBeNull();
    expect(await documents().find({ kind: 'registration', order: 'oldest', limit: 1 }, never)).toEqual([]);
  });

  it.each([{ age: 0 }, { age: 131 }, { age: 1.5 }, { surname: '' }])('keeps no registration with %j', async (over) => {
    const registrations = createRegistrations(documents(), { keepMs: null });
    await expect(registrations.save(ada, { surname: 'Lovelace', age: 36, gender: 'Female', ...over }, never)).rejects.toThrow(/expected/);
    expect(await registrations.get(ada, never)).toBeNull();
  });

  it('notes who did what', async () => {
    const audit = createPersonalAudit(documents());
    await audit.record({ who: ada, did: 'log-erased' }, never);
    expect(await audit.list(10, never)).toEqual([{ who: ada, did: 'log-erased', atMs: expect.any(Number) }]);
  });
}

describe('private logs and registrations in memory', () => {
  let documents: DocumentStore = createMemoryDocuments();
  behavesLikeOne(() => documents);
  beforeEach(() => {
    documents = createMemoryDocuments();
  });
});

onEachStore('private logs and registrations', ({ database }) => behavesLikeOne(() => database().documents));
