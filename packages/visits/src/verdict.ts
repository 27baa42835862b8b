import type { CameraSettings, Policy } from '@watchpost/cameras/camera-settings';
import { isWithin } from './daily-hours.ts';
import type { Verdict, Visit } from './visit.ts';
import type { Visitor, VisitView } from './visit-view.ts';

export interface Judged {
  visit: Pick<Visit, 'id' | 'verdict' | 'post'>;
  view: VisitView;
  settings: Pick<CameraSettings, 'policy' | 'quietHours' | 'cooldownMs'>;
  timeZone: string;
  /** The visits of this camera that were posted and ended within the cooldown: `Visits.lastPosted`. */
  posted: readonly Visit[];
}

const strength: Record<Policy, number> = { never: 0, digest: 1, now: 2 };

/**
 * What is to become of a visit, as it is now. Each visitor's policy counts, the strongest decides; an uncertain one counts as unknown,
 * and so do faces too far away or too unclear to tell apart where there is nobody else. In quiet hours what would be posted now waits for
 * the digest. Nothing is posted if everybody whom it would report was reported at this camera a moment ago (`cooldown`). What is posted
 * stays posted. `open`: there is nobody to report. Pure.
 */
export function verdictOf({ visit, view, settings, timeZone, posted }: Judged): Verdict {
  if (visit.verdict === 'post' || visit.post !== null) return 'post';
  const { policy, quietHours, cooldownMs } = settings;
  const unnamed = view.visitors.length === 0 && view.tooFar + view.tooUnclear > 0;
  const policies = unnamed ? [policy.unknown] : view.visitors.map((visitor) => policyOf(visitor, policy));
  if (policies.length === 0) return 'open';
  const strongest = policies.reduce((one, other) => (strength[other] > strength[one] ? other : one));
  if (strongest !== 'now') return strongest;
  if (quietHours && isWithin(quietHours, view.toMs, timeZone)) return 'digest';
  const lately = posted.filter(({ id, snapshots }) => id !== visit.id && view.toMs - (snapshots.at(-1)?.takenAtMs ?? 0) < cooldownMs);
  const toReport = view.visitors.filter((visitor) => policyOf(visitor, policy) === 'now');
  return wereReported(toReport, lately) ? 'cooldown' : 'post';
}

function policyOf({ standing }: Visitor, policy: CameraSettings['policy']): Policy {
  return standing === 'uncertain' ? policy.unknown : policy[standing];
}

/** An uncertain visitor counts as the person whom it could be, or else as one of those who were there before. */
function wereReported(visitors: readonly Visitor[], lately: readonly Visit[]): boolean {
  if (lately.length === 0) return false;
  const reported = new Set(lately.flatMap(({ persons, asked }) => [...persons, ...asked]));
  const named = new Set(lately.flatMap(({ persons }) => persons));
  return visitors.every(({ person, could }) => (person ? named.has(person.id) : could === null || reported.has(could.id)));
}
