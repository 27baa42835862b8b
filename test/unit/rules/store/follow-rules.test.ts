import { followRules } from '@watchpost/rules/store/follow-rules';
import { createRules } from '@watchpost/rules/store/rules';
import type { FollowedRules } from '@watchpost/rules/rules';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { ruleSample } from '../../../support/rule-samples.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;

let documents: DocumentStore;
let isAway: boolean;
let calls: string[];
/** Documents that `find` came back with. */
let read: number;
let lines: Record<string, unknown>[];
let stopping: AbortController;
let followed: FollowedRules;

/** The documents as a follower sees them: counted, and away at times. */
const watched = (): Pick<DocumentStore, 'get' | 'find'> => {
  const answer = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    calls.push(name);
    if (isAway) throw new AppError('gallery-unavailable', 'away');
    return work();
  };
  return {
    get: async (...args) => answer('get', async () => documents.get(...args)),
    find: async (...args) =>
      answer('find', async () => {
        const found = await documents.find(...args);
        read += found.length;
        return found;
      }),
  };
};
const follow = (everyMs = 5): FollowedRules => {
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLogger('test', 'info', { write });
  followed = followRules({ documents: watched(), log, everyMs }, stopping.signal);
  return followed;
};
const rules = () => createRules(documents, { canQuarantine: false });
const add = async (name: string) => rules().add({ name, look: { pattern: 'Zeus' } }, 'cli:ada', never);
const names = (): string[] | undefined => followed.current()?.rules.map(({ name }) => name);
const messages = (): unknown[] => lines.map(({ msg }) => msg);
const turns = async (count: number): Promise<void> => {
  const from = calls.length;
  await until('it asked again', () => calls.length >= from + count);
};
/** As somebody writes it who is not us. */
async function write(over: Partial<StoredDocument>): Promise<void> {
  const { document } = await documents.get('rules', 'rules', never);
  const empty = { kind: 'rules', id: 'rules', revision: 0, atMs: 1, keys: [], expiresAtMs: null, body: null };
  await documents.put({ ...(document ?? empty), ...over }, never);
}

beforeEach(() => {
  documents = createMemoryDocuments();
  isAway = false;
  read = 0;
  [calls, lines] = [[], []];
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await followed.done;
});

describe('whoever follows the rules', () => {
  it('knows nothing before they were read, and then that there are none', async () => {
    expect(follow().current()).toBeNull();
    expect((await followed.ready(never)).rules).toEqual([]);
    expect(names()).toEqual([]);
  });

  it('gets each change within a second, at the usual pace', async () => {
    await follow(500).ready(never);
    await add('Keys');
    const sinceMs = Date.now();
    await until('it is there', () => names()?.length === 1);
    expect(Date.now() - sinceMs).toBeLessThan(1_000);
  });

  it('gets additions, edits and removals, and judges by them', async () => {
    await follow().ready(never);
    await add('Keys');
    await until('it was added', () => names()?.length === 1);
    const judged = await followed.current()?.judge([{ where: 'text', text: 'about Zeus' }], () => true, never);
    expect(judged).toMatchObject([{ where: 'text', start: 6, end: 10 }]);
    await rules().edit('Keys', { name: 'Plans' }, 'cli:ada', never);
    await until('it was edited', () => names()?.[0] === 'Plans');
    await rules().remove('Plans', 'cli:ada', never);
    await until('it was removed', () => names()?.length === 0);
  });

  it('makes nothing anew as long as nothing changes', async () => {
    await add('Keys');
    const judge = await follow().ready(never);
    await turns(70);
    expect([followed.current(), read]).toEqual([judge, 0]);
    expect(calls.filter((name) => name === 'get').length).toBeLessThanOrEqual(3);
  });

  it('notices that somebody put older rules back', async () => {
    await add('Old');
    const { document: backup } = await documents.get('rules', 'rules', never);
    await add('New');
    await follow(1).ready(never);
    expect(names()).toEqual(['Old', 'New']);
    await write({ atMs: backup?.atMs ?? 0, body: backup?.body });
    await until('the old ones apply', () => names()?.length === 1);
  });

  it('keeps the last known ones while the database is away, says so once, and goes on by itself', async () => {
    await add('Keys');
    await follow().ready(never);
    isAway = true;
    await turns(10);
    expect(names()).toEqual(['Keys']);
    expect(messages()).toEqual(['the rules cannot be read: the last known ones apply']);
    await add('Cards');
    isAway = false;
    await until('the news are there', () => names()?.length === 2);
    expect(messages()).toEqual([expect.any(String), 'the rules can be read again']);
  });

  it('waits for a database that is away from the start', async () => {
    isAway = true;
    const ready = follow().ready(never);
    await turns(3);
    expect([followed.current(), messages()]).toEqual([null, ['the rules cannot be read yet']]);
    isAway = false;
    expect((await ready).rules).toEqual([]);
  });

  it('waits no longer than its caller', async () => {
    isAway = true;
    const caller = new AbortController();
    const ready = follow().ready(caller.signal);
    caller.abort();
    await expect(ready).rejects.toMatchObject({ code: 'aborted' });
  });

  it('hears once of a rule that does not work, and the others work', async () => {
    const [good, bad] = [ruleSample(), ruleSample({ id: 'r2', name: 'Bad', look: { pattern: '(' } })];
    await write({ body: { v: 1, rules: [bad, good], last: null } });
    const judge = await follow().ready(never);
    expect([judge.rules, judge.broken.map(({ rule }) => rule.name)]).toEqual([[good], ['Bad']]);
    await add('Cards');
    await until('news came', () => names()?.length === 2);
    expect(lines).toMatchObject([{ level: 50, rule: 'Bad', reason: expect.any(String) }]);
  });

  it('hears once of rules of a newer release, and the others work', async () => {
    await write({ body: { v: 1, rules: [{ id: 'future' }, ruleSample()], last: null } });
    await follow().ready(never);
    await add('Cards');
    await until('news came', () => names()?.length === 2);
    expect(lines).toMatchObject([{ level: 50, rules: 1 }]);
  });

  it('stops when its process does', async () => {
    await follow().ready(never);
    stopping.abort();
    await followed.done;
    const asked = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toHaveLength(asked);
  });
});
