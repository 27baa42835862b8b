import type { AuditEntry } from '@watchpost/gallery/domain';
import type { AuditStore } from '@watchpost/gallery/store';
import type { Place } from '@watchpost/privacy/receipts/place';
import { receiptSchema } from '@watchpost/privacy/receipts/receipt';
import { beginReceipts } from '@watchpost/privacy/receipts/wishes';
import { eraseForgotten } from '@watchpost/privacy/receipts/erasing';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { beforeEach, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;

function entry(version: number, action: AuditEntry['action']): AuditEntry {
  const person = { id: `person-${version}`, isNew: false as const, set: { deleted: false } };
  const inverse = { persons: [person], faces: [], pairs: [], moveSightings: [], assignments: [] };
  const said = { actor: { id: 'test' }, atMs: version, summary: '', undone: false, undoes: null };
  return { id: `entry-${version}`, action, version, personIds: [person.id], inverse, ...said };
}

/** An audit in memory; `read` counts the entries that were read with all that they hold. */
function auditOf(entries: AuditEntry[]): AuditStore & { read: number } {
  const audit = {
    read: 0,
    newest: async () => [],
    concerned: async (after: number, limit: number) => entries.filter(({ version }) => version > after).slice(0, limit),
    find: async (id: string) => {
      audit.read += 1;
      return entries.filter((each) => each.id === id);
    },
  };
  return audit;
}

let nowMs = 1_000_000_000;
let documents: DocumentStore;
beforeEach(() => {
  documents = createMemoryDocuments(() => nowMs);
});
const depsOf = (audit: AuditStore, epoch = 'e1') => ({
  documents,
  audit,
  holdings: { namesOf: async () => [] },
  gallery: { isReady: () => true, position: () => ({ epoch, version: 0 }) },
  isTaken: () => false,
  keepMs: 1e9,
});
const receipts = async () => (await documents.find({ kind: 'receipt', order: 'oldest', limit: 5_000 }, never)).length;

it('the audit is read to its end, once, and again where another history has begun', async () => {
  const entries = Array.from({ length: 1_300 }, (_, index) => entry(index + 1, index % 4 === 1 ? 'forget' : 'expire'));
  const audit = auditOf(entries);
  await beginReceipts(depsOf(audit), never);
  expect(await receipts()).toBe(325);
  const { read } = audit;
  await beginReceipts(depsOf(audit), never);
  expect(audit.read).toBe(read);
  entries.push(entry(1_301, 'forget'), entry(1_302, 'name'));
  await beginReceipts(depsOf(audit), never);
  expect([await receipts(), audit.read]).toEqual([326, read + 1]);
  // A restored database counts anew: what has no receipt there gets one.
  await beginReceipts(depsOf(auditOf([entry(2, 'forget'), { ...entry(3, 'forget'), id: 'other' }]), 'e2'), never);
  expect(await receipts()).toBe(327);
});

it('all who are forgotten together are verified, however many', async () => {
  const left = new Set(Array.from({ length: 300 }, (_, index) => `person-${index + 1}`));
  const wishes = Array.from({ length: 300 }, (_, index) => ({ ...entry(index + 1, 'forget'), atMs: nowMs }));
  const place: Place = {
    what: ['names'],
    count: async ({ personIds }) => ({ names: personIds.filter((id) => left.has(id)).length }),
    erase: async ({ personIds }) => personIds.forEach((id) => left.delete(id)),
    waitsFor: 'nothing',
  };
  const log = createLogger('test', 'silent');
  const deps = { ...depsOf(auditOf(wishes)), places: [place], eraseNow: async () => undefined, log };
  const states = async () => {
    const found = await documents.find({ kind: 'receipt', order: 'oldest', limit: 5_000 }, never);
    return [...new Set(found.map(({ body }) => receiptSchema.parse(body).state))];
  };
  await eraseForgotten(deps, never);
  expect([await receipts(), await states(), left.size]).toEqual([300, ['pending'], 300]);
  nowMs += 600_000;
  await eraseForgotten(deps, never);
  expect([await states(), left.size]).toEqual([['done'], 0]);
  nowMs += 60_000;
  await eraseForgotten(deps, never);
  expect(await states()).toEqual(['verified']);
});
