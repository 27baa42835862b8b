import type { RuleAction } from './rule.ts';
import type { Finding } from './violation.ts';

/** The findings of rules that act: those in dry run lead to nothing. Pure. */
export const live = <F extends Pick<Finding, 'dryRun'>>(findings: readonly F[]): F[] => findings.filter(({ dryRun }) => !dryRun);

/** From weakest to strongest. */
const byStrength: readonly RuleAction[] = ['report', 'remove', 'quarantine'];

/** What a finding, or a match of a rule, leads to, as a number: 0 in a dry run, else the more the stronger its action. Pure. */
export const strengthOf = ({ dryRun, action }: Pick<Finding, 'dryRun' | 'action'>): number => (dryRun ? 0 : byStrength.indexOf(action) + 1);

/** The strongest of these findings' actions; null: there are none. Pure. */
export function strongestOf(findings: readonly Pick<Finding, 'action'>[]): RuleAction | null {
  return byStrength.findLast((action) => findings.some((each) => each.action === action)) ?? null;
}
