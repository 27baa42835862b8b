import { violationStates } from '@watchpost/rules/violations';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { beforeEach, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { finding, foundAtMs, violation } from '../../../support/violation-samples.ts';

const never = new AbortController().signal;
let documents: DocumentStore;
beforeEach(() => {
  documents = createMemoryDocuments(() => foundAtMs);
});

const put = async (index: number, over: Partial<Violation>, at = foundAtMs): Promise<string> => {
  const id = String(index).padStart(22, '0');
  const body = violation({ id, findings: [finding({ atMs: at })], ...over });
  await documents.put({ kind: 'violation', id, revision: 0, atMs: at, keys: [], expiresAtMs: null, body }, never);
  return id;
};
const page = async (state: (typeof violationStates)[number], after: Parameters<ReturnType<typeof createViolations>['page']>[1] = null) => {
  const { items, next } = await createViolations(documents, { keepMs: 1 }).page({ state, limit: 50 }, after, never);
  return { ids: items.map(({ id }) => id), next };
};

it('finds what is in a state, and nothing else', async () => {
  const { removal, kept, appeal } = violation();
  const asked = await put(1, { appeal: { ...appeal, state: 'asked' } });
  const failed = await put(2, { removal: { ...removal, state: 'failed' } });
  const inQuarantine = await put(3, { kept: { ...kept, state: 'kept' }, removal: { ...removal, state: 'gone' } });
  const dry = await put(4, { removal: { ...removal, state: 'none' }, findings: [finding({ dryRun: true })] });
  const unread = await put(5, { removal: { ...removal, state: 'none' }, unread: [{ fileId: null, where: 'text', reason: 'timeout' }] });
  const found = await Promise.all(violationStates.map(async (state) => [state, (await page(state)).ids.toSorted()]));
  expect(Object.fromEntries(found)).toEqual({
    open: [asked, failed],
    appealed: [asked],
    kept: [inQuarantine],
    removed: [asked, inQuarantine],
    failed: [failed],
    'dry-run': [dry],
    unread: [unread],
  });
});

it('looks on through what is in another state before it answers with nothing, and not for ever', async () => {
  const old = await put(0, { appeal: { ...violation().appeal, state: 'asked' } }, foundAtMs - 100_000);
  for (let index = 1; index <= 1_500; index += 1) await put(index, {}, foundAtMs - index);
  expect(await page('open')).toEqual({ ids: [old], next: null });
  for (let index = 1_501; index <= 3_100; index += 1) await put(index, {}, foundAtMs - index);
  const first = await page('open');
  expect(first.ids).toEqual([]);
  expect(await page('open', first.next)).toEqual({ ids: [old], next: null });
});
