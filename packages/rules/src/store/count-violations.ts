import type { Finding, Violation } from '../violation.ts';
import type { RuleCount, ViolationCounts } from '../violations.ts';

/** Counts violations as they are read, newest first. */
export async function countViolations(violations: AsyncIterable<Violation>): Promise<ViolationCounts> {
  const rules = new Map<string, RuleCount>();
  const counts: ViolationCounts = { rules: [], unread: 0, appeals: { waiting: 0, accepted: 0, rejected: 0 } };
  for await (const violation of violations) {
    counts.unread += violation.unread.length + (violation.leftOut?.unread ?? 0);
    const { state } = violation.appeal;
    if (state !== 'no') counts.appeals[state === 'asked' ? 'waiting' : state] += 1;
    for (const findings of byRule(violation.findings)) {
      const [{ ruleId, ruleName }] = findings;
      const count = rules.get(ruleId) ?? { ruleId, ruleName, messages: 0, removed: 0, reported: 0, dryRun: 0, failed: 0 };
      const became = whatBecame(findings, violation);
      count.messages += 1;
      if (became) count[became] += 1;
      rules.set(ruleId, count);
    }
  }
  return { ...counts, rules: [...rules.values()].sort((a, b) => b.messages - a.messages) };
}

function byRule(findings: readonly Finding[]): [Finding, ...Finding[]][] {
  const grouped = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const others = grouped.get(finding.ruleId);
    if (others) others.push(finding);
    else grouped.set(finding.ruleId, [finding]);
  }
  return [...grouped.values()];
}

/** What a rule came to in one message; null: that is still to be seen. */
function whatBecame(findings: readonly Finding[], { removal }: Violation): 'removed' | 'reported' | 'dryRun' | 'failed' | null {
  const live = findings.filter(({ dryRun }) => !dryRun);
  if (live.length === 0) return 'dryRun';
  if (live.every(({ action }) => action === 'report')) return 'reported';
  return ({ none: 'reported', wanted: null, removed: 'removed', gone: 'removed', failed: 'failed' } as const)[removal.state];
}
