import { createRules } from '@watchpost/rules/store/rules';
import type { RuleSettings } from '@watchpost/rules/rule';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { ruleSample } from '../../../support/rule-samples.ts';

const never = new AbortController().signal;
const look = { pattern: 'Zeus' };
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

let nowMs: number;
let documents: DocumentStore;
const rules = (canQuarantine = true) => createRules(documents, { canQuarantine });
const add = async (name: string, over: RuleSettings = {}) => rules().add({ name, look, ...over }, 'cli:ada', never);
const names = async (): Promise<string[]> => (await rules().list(never)).map(({ name }) => name);

beforeEach(() => {
  nowMs = 1_000_000;
  documents = createMemoryDocuments(() => nowMs);
});

describe('rules', () => {
  it('begin in dry run, report only, and look everywhere', async () => {
    const rule = await add('Keys');
    expect(rule).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      name: 'Keys',
      look,
      description: '',
      scope: { in: 'all' },
      scan: 'both',
      action: 'report',
      exempt: [],
      severity: 'medium',
      enabled: true,
      dryRun: true,
      notice: null,
      mostAnHour: 100,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    });
    expect(await rules().list(never)).toEqual([rule]);
  });

  it('stay in the order in which they were added, however they are changed', async () => {
    for (const name of ['A', 'B', 'C']) await add(name);
    await rules().edit('B', { severity: 'high' }, 'cli:ada', never);
    expect(await names()).toEqual(['A', 'B', 'C']);
    await rules().remove('A', 'cli:ada', never);
    expect(await names()).toEqual(['B', 'C']);
  });

  it('are found by name, whatever its case and spaces, or by id', async () => {
    const { id } = await add('Card  numbers');
    for (const name of ['card numbers', ' CARD NUMBERS ', id]) {
      const severity = name === id ? 'low' : 'high';
      expect(await rules().edit(name, { severity }, 'cli:ada', never)).toMatchObject({ id, name: 'Card numbers', severity });
    }
    await expect(rules().edit('Card', {}, 'cli:ada', never)).rejects.toThrow(code('rule-not-found'));
    await expect(rules().remove('Card', 'cli:ada', never)).rejects.toThrow(code('rule-not-found'));
  });

  it('have names of their own, whatever the case', async () => {
    await add('Straße');
    await add('Other');
    await expect(add('STRASSE')).rejects.toThrow(code('rule-name-taken'));
    await expect(rules().edit('Other', { name: 'strasse' }, 'cli:ada', never)).rejects.toThrow(code('rule-name-taken'));
    expect(await rules().edit('Straße', { name: 'straße' }, 'cli:ada', never)).toMatchObject({ name: 'straße' });
  });

  it('have clean texts, and no notice where it is empty', async () => {
    const rule = await add(' Zeus\u200B\n plan ', { description: 'Ask\n first\u202E.', notice: '  ' });
    expect(rule).toMatchObject({ name: 'Zeus plan', description: 'Ask first.', notice: null });
  });

  it.each<[string, RuleSettings & { name?: string }]>([
    ['the name is empty', { name: ' \u200B ' }],
    ['name', { name: 'x'.repeat(81) }],
    ['description', { description: 'x'.repeat(501) }],
    ['mostAnHour', { mostAnHour: 0 }],
    ['scope.channels', { scope: { in: 'some', channels: [] } }],
  ])('are refused with the field that is wrong: %s', async (field, over) => {
    await expect(add(over.name ?? 'Keys', over)).rejects.toThrow(
      expect.objectContaining({ code: 'rule-invalid', message: expect.stringContaining(field) }),
    );
    expect(await names()).toEqual([]);
  });

  it('are at most 500', async () => {
    const full = Array.from({ length: 500 }, (_, number) => ruleSample({ name: `Rule ${String(number)}`, id: `r${String(number)}` }));
    await documents.put(
      { kind: 'rules', id: 'rules', revision: 0, atMs: 1, keys: [], expiresAtMs: null, body: { v: 1, rules: full, last: null } },
      never,
    );
    await expect(add('One more')).rejects.toThrow(code('rule-invalid'));
    await rules().remove('Rule 7', 'cli:ada', never);
    await add('One more');
    expect(await names()).toHaveLength(500);
  });

  it('of a newer release stay as they are, and do not stop the others', async () => {
    await add('Keys');
    const { document } = await documents.get('rules', 'rules', never);
    const future = { id: 'future', name: 'Future', look: { model: 'x' } };
    const body = { v: 1, rules: [future, ...(await rules().list(never))], last: { of: 'the future' } };
    await documents.put({ ...document!, body }, never);
    expect(await names()).toEqual(['Keys']);
    await rules().edit('Keys', { severity: 'high' }, 'cli:ada', never);
    await add('Cards');
    expect(await names()).toEqual(['Keys', 'Cards']);
    expect(JSON.stringify((await documents.get('rules', 'rules', never)).document?.body)).toContain(JSON.stringify(future));
  });

  it('are all kept when several people change them at the same moment', async () => {
    await Promise.all(Array.from({ length: 12 }, async (_, number) => add(`Rule ${String(number)}`)));
    expect((await names()).toSorted()).toEqual(Array.from({ length: 12 }, (_, number) => `Rule ${String(number)}`).toSorted());
    const numbers = (await rules().changes(100, never)).map(({ number }) => number);
    expect(numbers).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('are not changed by whoever saw an older one, and are by whoever does not say what they saw', async () => {
    const seen = await add('Words', { dryRun: false });
    await rules().edit('Words', { dryRun: true }, 'watchpost', never);
    const late = { dryRun: false, description: 'Ask first.', changedAtMs: seen.changedAtMs };
    await expect(rules().edit(seen.id, late, 'cli:ada', never)).rejects.toThrow(/^watchpost changed the rule Words meanwhile/);
    await add('Keys');
    await expect(rules().edit(seen.id, late, 'cli:ada', never)).rejects.toThrow(code('change-refused'));
    const [now] = await rules().list(never);
    expect(now).toMatchObject({ dryRun: true, description: '' });
    const both = [now, now].map(async (each, index) =>
      rules().edit('Words', { description: String(index), changedAtMs: each!.changedAtMs }, 'cli:ada', never),
    );
    expect((await Promise.allSettled(both)).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await rules().edit('Words', { description: 'Ask first.' }, 'cli:ada', never)).toMatchObject({ description: 'Ask first.' });
  });

  it('one name is taken once, even at the same moment', async () => {
    const tries = await Promise.allSettled([add('Keys'), add('KEYS'), add('keys')]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await names()).toHaveLength(1);
  });
});

describe('patterns', () => {
  it('that RE2 cannot express are refused when they are saved, with the reason', async () => {
    for (const pattern of ['(?<=a)b', String.raw`(a)\1`, '(', 'a*']) {
      await expect(add('Keys', { look: { pattern } })).rejects.toThrow(code('pattern-invalid'));
    }
    await add('Keys');
    await expect(rules().edit('Keys', { look: { pattern: '(?=a)' } }, 'cli:ada', never)).rejects.toThrow(code('pattern-invalid'));
    expect(await rules().list(never)).toMatchObject([{ look }]);
  });

  it('that do not work any more do not keep a rule from being switched off', async () => {
    await add('Keys');
    const { document } = await documents.get('rules', 'rules', never);
    const [rule] = await rules().list(never);
    await documents.put({ ...document!, body: { v: 1, rules: [{ ...rule, look: { pattern: '(' } }], last: null } }, never);
    expect(await rules().edit('Keys', { enabled: false }, 'cli:ada', never)).toMatchObject({ enabled: false, look: { pattern: '(' } });
  });
});

describe('without a key for the quarantine', () => {
  const missing = code('quarantine-key-missing');
  const edit = async (settings: RuleSettings) => rules(false).edit('Keys', settings, 'cli:ada', never);

  it('no rule can want it', async () => {
    await expect(rules(false).add({ name: 'Keys', look, action: 'quarantine' }, 'cli:ada', never)).rejects.toThrow(missing);
    await rules(false).add({ name: 'Keys', look, action: 'remove' }, 'cli:ada', never);
    await expect(edit({ action: 'quarantine' })).rejects.toThrow(missing);
  });

  it('one that wants it already is not switched on, but can be switched off', async () => {
    await add('Keys', { action: 'quarantine', enabled: false });
    await expect(edit({ enabled: true })).rejects.toThrow(missing);
    await expect(edit({ dryRun: false })).rejects.toThrow(missing);
    expect(await edit({ description: 'Ask first.' })).toMatchObject({ description: 'Ask first.' });
    await rules().edit('Keys', { enabled: true, dryRun: false }, 'cli:ada', never);
    expect(await edit({ dryRun: true })).toMatchObject({ dryRun: true });
    expect(await edit({ enabled: false })).toMatchObject({ enabled: false });
  });
});

describe('the audit', () => {
  const changes = async (limit = 100) => rules().changes(limit, never);

  it('has who changed what, and how it was before, newest first', async () => {
    const added = await add('Keys');
    nowMs += 5;
    const edited = await rules().edit('Keys', { action: 'remove' }, 'slack:U1', never);
    nowMs += 5;
    await rules().remove('Keys', 'watchpost', never);
    expect(await changes()).toEqual([
      { number: 3, atMs: nowMs, actor: 'watchpost', what: 'removed', before: edited, after: null },
      { number: 2, atMs: nowMs - 5, actor: 'slack:U1', what: 'edited', before: added, after: edited },
      { number: 1, atMs: nowMs - 10, actor: 'cli:ada', what: 'added', before: null, after: added },
    ]);
    expect((await changes(2)).map(({ number }) => number)).toEqual([3, 2]);
  });

  it('has nothing of what changed nothing, or was refused', async () => {
    await add('Keys');
    await rules().edit('keys', { name: 'Keys', severity: 'medium', exempt: [] }, 'cli:ada', never);
    await expect(add('keys')).rejects.toThrow(code('rule-name-taken'));
    expect(await changes()).toHaveLength(1);
  });

  it('has each change once, also of a process that died after it had kept the one before and before it wrote its own', async () => {
    await add('A');
    const [first] = await changes();
    const kept = { kind: 'rule-change', id: '1', revision: 0, atMs: nowMs, keys: [], expiresAtMs: null, body: first };
    await documents.put(kept, never);
    expect((await changes()).map(({ number }) => number)).toEqual([1]);
    await add('B');
    expect((await changes()).map(({ number }) => number)).toEqual([2, 1]);
  });

  it('is kept as long as an audit can be kept at most; workers see to AUDIT_KEEP_DAYS', async () => {
    await add('A');
    await add('B');
    nowMs += 3_650 * 86_400_000 - 1;
    await documents.expire(never);
    expect(await changes()).toHaveLength(2);
    nowMs += 1;
    await documents.expire(never);
    expect((await changes()).map(({ number }) => number)).toEqual([2]);
  });

  it('moves forward in time although the clock of the database goes back', async () => {
    await add('A');
    nowMs -= 60_000;
    await add('B');
    await add('C');
    const times = (await changes()).map(({ atMs }) => atMs);
    expect(times).toEqual([1_000_002, 1_000_001, 1_000_000]);
  });
});
