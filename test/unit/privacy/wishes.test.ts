import type { AuditEntry } from '@watchpost/gallery/domain';
import type { AuditStore } from '@watchpost/gallery/store';
import { beginReceipts } from '@watchpost/privacy/receipts/wishes';
import { expect, it } from 'vitest';
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

const documents = createMemoryDocuments();
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
