import { AppError } from '@watchpost/shared/errors';
import type { ReferenceSettings } from '../decide/references.ts';
import type { AuditEntry, Head, Inverse, SnapshotSightings } from '../domain.ts';
import { undoMs, type Operation, type PeopleOperations } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { AuditStore, SightingStore } from '../store.ts';
import { undoChange } from './change.ts';
import { planAssign } from './plan-assign.ts';
import { planAlias, planForget, planIgnore, planMerge, planName, planSplit, type Plan } from './plan.ts';
import type { Transact } from './transact.ts';

export interface OperationsDeps {
  mirror: Mirror;
  transact: Transact;
  sightings: SightingStore;
  audit: AuditStore;
  references: ReferenceSettings;
}

/** How many entries are searched for the one to undo. */
const lookBack = 200;

export function createOperations({ mirror, transact, sightings, audit, references }: OperationsDeps): PeopleOperations {
  const plan = (operation: Operation, seen: SnapshotSightings | null, base: Head): Plan => {
    switch (operation.kind) {
      case 'name':
        return planName(mirror, base, operation, references.cap);
      case 'alias':
        return planAlias(mirror, base, operation);
      case 'merge':
        return planMerge(mirror, base, operation, references.cap);
      case 'split':
        return planSplit(mirror, base, operation);
      case 'ignore':
      case 'unignore':
        return planIgnore(mirror, base, operation.person, operation.kind === 'ignore');
      case 'forget':
        return planForget(mirror, base, operation.person);
      case 'assign':
        return planAssign(mirror, base, { ...operation, sightings: seen }, references);
      default:
        return operation satisfies never;
    }
  };

  const apply: PeopleOperations['apply'] = async (operation, by, signal) => {
    const seen = operation.kind === 'assign' ? await sightings.find(operation.snapshotId, signal) : null;
    return transact((base) => {
      const { change, summary } = plan(operation, seen, base);
      const { changeset, audit } = change.audited(operation.kind, by, summary);
      return { changeset, result: audit };
    }, signal);
  };

  const undo: PeopleOperations['undo'] = async (entryId, by, signal) => {
    const entries = await audit.newest(lookBack, signal);
    const open = entries.filter(({ undone, action }) => !undone && action !== 'undo');
    const entry = entryId === null ? open[0] : open.find(({ id }) => id === entryId);
    const inverse = entry?.inverse;
    if (!entry || !inverse || entry.atMs < Date.now() - undoMs)
      throw new AppError('change-refused', 'there is nothing that can still be undone');
    return transact((base) => {
      refuseIfBuiltOn(mirror, entry, inverse);
      const { changeset, audit } = undoChange(entry, inverse, by, base);
      return { changeset, result: audit };
    }, signal);
  };

  return { apply, undo, history: (limit, signal) => audit.newest(limit, signal) };
}

/** A change cannot be undone alone if a later one touched the same person or face. Those that it deleted cannot have been touched. */
function refuseIfBuiltOn(mirror: Mirror, entry: AuditEntry, inverse: Inverse): void {
  const versions = [
    ...inverse.persons.map(({ id }) => mirror.stored(id)?.version ?? entry.version),
    ...inverse.faces.map(({ id }) => mirror.face(id)?.version ?? entry.version),
  ];
  if (versions.some((version) => version !== entry.version)) {
    throw new AppError('change-refused', 'a later change depends on it');
  }
}
