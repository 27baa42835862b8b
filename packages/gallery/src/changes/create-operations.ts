import { AppError } from '@watchpost/shared/errors';
import type { Actor } from '../gallery.ts';
import type { AuditStore, SightingStore, SnapshotSightings } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { AuditEntry, Head } from '../domain.ts';
import type { ReferenceSettings } from '../decide/references.ts';
import type { Transact } from './transact.ts';
import { undoMs, type Operation, type PeopleOperations } from './operation.ts';
import { planAssign } from './plan-assign.ts';
import { planAlias, planForget, planIgnore, planMerge, planName, planSplit, withAudit, type Plan } from './plan.ts';

export interface OperationsDeps {
  mirror: Mirror;
  transact: Transact;
  sightings: SightingStore;
  audit: AuditStore;
  references: ReferenceSettings;
}

/** So many entries are looked through for the one to undo. */
const lookBack = 200;

export function createOperations({ mirror, transact, sightings, audit, references }: OperationsDeps): PeopleOperations {
  const plan = (operation: Operation, seen: SnapshotSightings | null, base: Head): Plan => {
    switch (operation.kind) {
      case 'name':
        return planName(mirror, operation.person, operation.to, references.cap);
      case 'alias':
        return planAlias(mirror, operation.person, operation.alias, operation.remove ?? false);
      case 'merge':
        return planMerge(mirror, operation.from, operation.into, references.cap);
      case 'split':
        return planSplit(mirror, operation.person, operation.faceIds, base);
      case 'ignore':
      case 'unignore':
        return planIgnore(mirror, operation.person, operation.kind === 'ignore');
      case 'forget':
        return planForget(mirror, operation.person);
      case 'assign':
        return planAssign(mirror, seen, operation.position, operation.person, references);
      default:
        return operation satisfies never;
    }
  };

  const apply: PeopleOperations['apply'] = async (operation, by, signal) => {
    const seen = operation.kind === 'assign' ? await sightings.find(operation.snapshotId, signal) : null;
    return transact((base) => {
      const { changeset, audit } = withAudit(plan(operation, seen, base), operation.kind, by, base);
      return { changeset, result: audit };
    }, signal);
  };

  const undo = async (entryId: string | null, by: Actor, signal: AbortSignal): Promise<AuditEntry> => {
    const entries = await audit.newest(lookBack, signal);
    const open = entries.filter(({ undone, action }) => !undone && action !== 'undo');
    const entry = entryId === null ? open[0] : open.find(({ id }) => id === entryId);
    const inverse = entry?.inverse;
    if (!entry || !inverse || entry.atMs < Date.now() - undoMs) throw new AppError('change-refused', 'there is nothing to undo any more');
    return transact((base) => {
      refuseBuiltOn(mirror, entry, inverse);
      const taken: Plan = { changeset: inverse, inverse, personIds: entry.personIds, summary: `undone: ${entry.summary}` };
      const { changeset, audit } = withAudit(taken, 'undo', by, base);
      const undoing: AuditEntry = { ...audit, inverse: null, undoes: entry.id };
      return { changeset: { ...changeset, audit: undoing }, result: undoing };
    }, signal);
  };

  return { apply, undo, history: (limit, signal) => audit.newest(limit, signal) };
}

/** What a later change touched too cannot be taken back alone. Persons and faces that the change deleted are in nobody's way. */
function refuseBuiltOn(mirror: Mirror, entry: AuditEntry, inverse: NonNullable<AuditEntry['inverse']>): void {
  const versions = [
    ...inverse.persons.map(({ id }) => mirror.stored(id)?.version ?? entry.version),
    ...inverse.faces.map(({ id }) => mirror.face(id)?.version ?? entry.version),
  ];
  if (versions.some((version) => version !== entry.version)) {
    throw new AppError('change-refused', 'something was changed since that builds on it');
  }
}
