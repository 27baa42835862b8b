import { createBoundedLabel } from '@watchpost/shared/observability/bounded-label';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { mostRules } from '@watchpost/rules/rule';
import type { Finding } from '@watchpost/rules/violation';

/** `unjudged`: it failed for good. `gone`: it was deleted before it was looked at. */
export type MessageOutcome = 'clean' | 'matched' | 'gone' | 'unjudged';
export type FileOutcome = 'clean' | 'matched' | 'unread' | 'gone';
/** `refused`: the platform does not let us. `given-up`: no attempts left. */
export type RemovalOutcome = 'removed' | 'gone' | 'refused' | 'given-up';

/** Counts what rules come to. */
export interface RuleCounts {
  message(outcome: MessageOutcome): void;
  /** Since the platform had this version of the message. Milliseconds. */
  verdict(elapsedMs: number): void;
  matches(findings: readonly Pick<Finding, 'ruleName' | 'action' | 'dryRun'>[]): void;
  file(outcome: FileOutcome, format: string): void;
  removal(outcome: RemovalOutcome): void;
  /** Since the message was posted, or found if that was long after. Milliseconds. */
  removed(elapsedMs: number): void;
}

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600];

/** Counts in the process's metrics. Rules are renamed: further names than there can be rules are `other`. */
export function createRuleCounts(metrics: Metrics): RuleCounts {
  const messages = metrics.counter('messages_total', 'Messages that rules apply to, by what came of them', ['outcome']);
  const matches = metrics.counter('rule_matches_total', 'Matches of rules', ['rule', 'action', 'outcome']);
  const files = metrics.counter('files_scanned_total', 'Files that rules apply to, by what came of them', ['outcome', 'format']);
  const removals = metrics.counter('removals_total', 'Messages and files that were to be removed', ['outcome']);
  const verdicts = metrics.histogram('verdict_seconds', 'From a message or its edit to the verdict on what it says', [], buckets);
  const removed = metrics.histogram('removal_seconds', 'From a message to its verified removal', [], buckets);
  const label = createBoundedLabel(mostRules);
  return {
    message: (outcome) => messages.inc({ outcome }),
    verdict: (elapsedMs) => verdicts.observe(Math.max(0, elapsedMs) / 1_000),
    matches: (findings) => {
      for (const { ruleName, action, dryRun } of findings) {
        matches.inc({ rule: label(ruleName), action, outcome: dryRun ? 'dry-run' : 'live' });
      }
    },
    file: (outcome, format) => files.inc({ outcome, format }),
    removal: (outcome) => removals.inc({ outcome }),
    removed: (elapsedMs) => removed.observe(Math.max(0, elapsedMs) / 1_000),
  };
}
