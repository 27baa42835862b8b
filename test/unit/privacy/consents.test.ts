import { createConsents } from '@watchpost/privacy/consent/consents';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const by = { id: 'cli:grace' };
let nowMs: number;
let audit: string[];
let refusal: AppError | null;
let consents: ReturnType<typeof createConsents>;
beforeEach(() => {
  [nowMs, audit, refusal] = [1_000_000, [], null];
  const note = async (personId: string, { words: summary }: { words: string }, actor: { id: string }) => {
    if (refusal) throw refusal;
    audit.push(`${personId}: ${summary} (${actor.id})`);
    const change = { action: 'consent' as const, version: audit.length, personIds: [personId], inverse: null };
    return { id: `entry-${audit.length}`, actor, atMs: nowMs, summary, undone: false, undoes: null, ...change };
  };
  const documents = createMemoryDocuments(() => nowMs);
  consents = createConsents({ documents, questions: { idsOf: (id) => [id] }, operations: { note } });
});

it('consent stands in the audit in the end, although the entry could not be written at once', async () => {
  refusal = new AppError('gallery-unavailable', 'away');
  await expect(consents.set('ada', { state: 'withdrawn', note: null }, by, never)).rejects.toThrow('away');
  expect(await consents.get('ada', never)).toMatchObject({ state: 'withdrawn' });
  refusal = null;
  // Whoever notes it may still be at it.
  expect([await consents.finish(never), audit]).toEqual([0, []]);
  nowMs += 61_000;
  expect([await consents.finish(never), audit]).toEqual([1, ['ada: consent withdrawn (cli:grace)']]);
  expect([await consents.finish(never), audit.length]).toEqual([0, 1]);
});

it('consent that is noted is said once, and that of somebody who is gone never', async () => {
  await consents.set('ada', { state: 'given', note: 'on paper' }, by, never);
  refusal = new AppError('person-not-found', 'gone');
  await expect(consents.set('bob', { state: 'given', note: null }, by, never)).rejects.toThrow('gone');
  nowMs += 61_000;
  expect([await consents.finish(never), await consents.finish(never)]).toEqual([1, 0]);
  expect(audit).toEqual(['ada: consent given (cli:grace)']);
  expect(await consents.get('ada', never)).toEqual({ v: 1, state: 'given', atMs: 1_000_000, by: 'cli:grace', note: 'on paper' });
});
