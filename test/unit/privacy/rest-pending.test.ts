import type { AuditEntry } from '@watchpost/gallery/domain';
import { eraseForgotten, type ErasingDeps } from '@watchpost/privacy/receipts/erasing';
import type { Place } from '@watchpost/privacy/receipts/place';
import { readReceipt } from '@watchpost/privacy/receipts/stored-receipt';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;

it('a pending receipt is looked at again soon while a place does not answer, and then when it is due', async () => {
  let [nowMs, away, looks] = [1_000_000_000, true, 0];
  const documents = createMemoryDocuments(() => nowMs);
  const jobs: Place = {
    what: ['jobs'],
    count: async () => {
      looks += 1;
      if (away) throw new AppError('queue-unavailable', 'away');
      return { jobs: 2 };
    },
    erase: async () => undefined,
    waitsFor: 'a worker',
  };
  const inverse = {
    persons: [{ id: 'ada', isNew: false as const, set: { deleted: false } }],
    faces: [],
    pairs: [],
    moveSightings: [],
    assignments: [],
  };
  const said = { actor: { id: 'test' }, atMs: nowMs, summary: '', undone: false, undoes: null };
  const wish: AuditEntry = { id: 'wish', action: 'forget', version: 1, personIds: ['ada'], inverse, ...said };
  const deps: ErasingDeps = {
    documents,
    audit: { newest: async () => [], concerned: async (after) => (after === 0 ? [wish] : []), find: async () => [wish] },
    holdings: { namesOf: async () => ['Ada'] },
    gallery: { isReady: () => true, position: () => ({ epoch: 'e1', version: 0 }) },
    isTaken: () => false,
    keepMs: 1e9,
    places: [jobs],
    eraseNow: async () => undefined,
    log: createLogger('test', 'silent'),
  };
  const receipt = async () => {
    const { document } = await documents.get('receipt', 'wish', never);
    return document && readReceipt(document);
  };
  const after = async (ms: number): Promise<void> => {
    nowMs += ms;
    await eraseForgotten(deps, never);
  };
  await after(0);
  expect(await receipt()).toMatchObject({
    state: 'pending',
    places: { jobs: { found: 0, why: expect.stringContaining('queue-unavailable') } },
  });
  await after(9_000);
  expect(looks).toBe(1);
  away = false;
  await after(2_000);
  expect(await receipt()).toMatchObject({ state: 'pending', places: { jobs: { found: 2, left: 2, why: 'a worker' } } });
  await after(300_000);
  expect(looks).toBe(2);
});
