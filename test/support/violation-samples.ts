import { newViolation, type Finding, type Violation } from '@watchpost/rules/violation';
import { violationIdOf } from '@watchpost/rules/store/violations';

/** 22 November 2026, 14:02 UTC. */
export const foundAtMs = Date.UTC(2026, 10, 22, 14, 2);

/** A match of the rule "Keys", which removes. */
export function finding(over: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'keys',
    ruleName: 'Keys',
    description: 'Keys belong into the vault.',
    severity: 'high',
    action: 'remove',
    dryRun: false,
    notice: null,
    where: 'text',
    start: 4,
    end: 24,
    masked: 'AKIA…(16)',
    fileId: null,
    atMs: foundAtMs,
    ...over,
  };
}

/** A message of UADA in C1 that was removed. */
export function violation(over: Partial<Violation> = {}): Violation {
  const message = {
    channel: 'slack:C1',
    messageId: '1.000001',
    thread: null,
    author: { member: 'UADA', bot: null, app: null },
    postedAtMs: foundAtMs,
    isDirect: false,
  } as const;
  return {
    ...newViolation(violationIdOf(message.channel, message.messageId), message, foundAtMs),
    findings: [finding()],
    wanted: 1,
    removal: { state: 'removed', files: [], tries: 1, error: null, atMs: foundAtMs },
    ...over,
  };
}
