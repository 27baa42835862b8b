import type { RuleAction } from './rule.ts';
import type { Finding } from './violation.ts';

/** The findings of rules that act: those in dry run lead to nothing. Pure. */
export const live = <F extends Pick<Finding, 'dryRun'>>(findings: readonly F[]): F[] => findings.filter(({ dryRun }) => !dryRun);

/** From weakest to strongest. */
const byStrength: readonly RuleAction[] = ['report', 'remove', 'quarantine'];

/** The strongest of these findings' actions; null: there are none. Pure. */
export function strongestOf(findings: readonly Pick<Finding, 'action'>[]): RuleAction | null {
  return byStrength.findLast((action) => findings.some((each) => each.action === action)) ?? null;
}
