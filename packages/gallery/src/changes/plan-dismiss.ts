import { AppError } from '@watchpost/shared/errors';
import type { Head } from '../domain.ts';
import { createChange } from './change.ts';
import { findSubject, isDismissed, isMadeOf } from './plan-assign.ts';
import { removePerson } from './plan-forget.ts';
import type { Plan, PlanDeps } from './plan.ts';

/** What a reader says is no face. */
export interface Dismissal {
  snapshotId: string;
  position: number;
  /** The reader, an actor's id. */
  saidBy: string;
}

/**
 * Somebody says that what was found in a snapshot is no face: it is nobody's, and what was learnt from it goes, with an unknown who is
 * known from nothing else.
 */
export async function planDismiss(deps: PlanDeps, base: Head, said: Dismissal, signal: AbortSignal): Promise<Plan> {
  const { snapshotId, position, saidBy } = said;
  const subject = await findSubject(deps, said, signal);
  const { face, matched, learnt } = subject;
  if (isDismissed(face)) throw new AppError('change-refused', 'this was said already');
  const change = createChange(base);
  if (matched) change.concerns(matched.id);
  change.assign({ snapshotId, position }, face, { personId: null, saidBy, decision: 'unrecognisable' });
  const isAlone = matched !== null && isMadeOf(deps, matched, learnt);
  if (isAlone) await removePerson(deps, change, matched, signal);
  for (const { id, personId } of learnt) {
    change.removeFace(id);
    change.concerns(personId);
  }
  const notOne = matched && !isAlone ? `what was taken for ${matched.name} is no face` : 'what was taken for a face is none';
  return { change, summary: isAlone ? `${matched.name} is no face` : notOne };
}
