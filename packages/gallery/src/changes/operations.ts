import type { Actor, Head, StoredPerson } from '../domain.ts';
import { actionOf, type Operation, type PeopleOperations, type Suggestion } from '../gallery.ts';
import { createChange } from './change.ts';
import { planAssign } from './plan-assign.ts';
import { planDismiss } from './plan-dismiss.ts';
import { planForget } from './plan-forget.ts';
import { planMerge } from './plan-merge.ts';
import { planRemoveFace } from './plan-remove-face.ts';
import { planThisIs } from './plan-this-is.ts';
import { planUndo, type UndoDeps } from './plan-undo.ts';
import { planAlias, planDistinguish, planIgnore, planName, planSplit, type Plan } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';
import type { Transact } from './transact.ts';

export interface OperationsDeps extends UndoDeps {
  transact: Transact;
}

export function createOperations({ transact, ...deps }: OperationsDeps): PeopleOperations {
  const { mirror, audit } = deps;
  const plan = (operation: Operation, by: Actor, base: Head, signal: AbortSignal): Plan | Promise<Plan> => {
    switch (operation.kind) {
      case 'name':
        return planName(deps, base, operation, signal);
      case 'alias':
        return planAlias(mirror, base, operation);
      case 'merge':
        return planMerge(deps, base, operation, signal);
      case 'distinguish':
        return planDistinguish(mirror, base, operation);
      case 'split':
        return planSplit(mirror, base, operation);
      case 'ignore':
      case 'unignore':
        return planIgnore(mirror, base, operation.person, operation.kind === 'ignore');
      case 'forget':
        return planForget(deps, base, operation.person, signal);
      case 'assign':
        return planAssign(deps, base, { ...operation, saidBy: by.id }, signal);
      case 'this-is':
        return planThisIs(deps, base, { ...operation, saidBy: by.id }, signal);
      case 'remove-face':
        return planRemoveFace(mirror, base, operation);
      case 'dismiss':
        return planDismiss(deps, base, { ...operation, saidBy: by.id }, signal);
      default:
        return operation satisfies never;
    }
  };

  return {
    apply: (operation, by, signal) =>
      transact(async (base) => {
        const { change, summary } = await plan(operation, by, base, signal);
        const { changeset, audit: entry } = change.audited(actionOf(operation), by, summary);
        return { changeset, result: entry };
      }, signal),
    note: (reference, { action, words }, by, signal) =>
      transact((base) => {
        const person = resolvePerson(mirror, reference);
        const change = createChange(base);
        change.concerns(person.id);
        const { changeset, audit: entry } = change.audited(action, by, `${person.name}: ${words}`);
        const fixed = { ...entry, inverse: null };
        return { changeset: { ...changeset, audit: fixed }, result: fixed };
      }, signal),
    undo: (entryId, by, signal) =>
      transact(async (base) => {
        const { changeset, audit: entry } = await planUndo(deps, base, entryId, by, signal);
        return { changeset, result: entry };
      }, signal),
    history: (limit, signal) => audit.newest(limit, {}, signal),
    suggestions: () => mirror.namesakes().flatMap((persons) => mergesOf(persons)),
  };
}

/** The younger ones into the oldest one. */
function mergesOf(namesakes: readonly StoredPerson[]): Suggestion[] {
  const [oldest, ...younger] = namesakes.toSorted((a, b) => a.createdAtMs - b.createdAtMs);
  return oldest ? younger.map(({ id, name }) => ({ kind: 'merge', from: { id, name }, into: { id: oldest.id, name: oldest.name } })) : [];
}
