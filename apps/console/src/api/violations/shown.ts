import { outcomeOf } from '@watchpost/rules/outcome-of';
import { decide, type Pressed } from '@watchpost/rules/decide';
import type { Finding, Violation } from '@watchpost/rules/violation';
import { platformOf } from '@watchpost/shared/chat/chat';
import { decisionNames, type ViolationAnswer, type ViolationRow } from './schema.ts';

/** A list shows so many of one message. */
const mostListed = 10;

/** A violation as a list shows it. Pure. */
export function toRow(violation: Violation): ViolationRow {
  const { id, foundAtMs, message, findings, unread, leftOut, removal, kept, asked, appeal } = violation;
  const { member, bot, app } = message.author;
  const author = member ?? bot ?? app;
  return {
    id,
    foundAtMs,
    postedAtMs: message.postedAtMs,
    channel: message.channel,
    messageId: message.messageId,
    isInThread: message.thread !== null,
    author: author === null ? null : `${platformOf(message.channel)}:${author}`,
    findings: findings.slice(0, mostListed).map(toFinding),
    moreFindings: Math.max(0, findings.length - mostListed) + (leftOut?.findings ?? 0),
    unread: unread.map(({ where, reason }) => ({ where, reason })),
    outcome: outcomeOf(violation),
    error: removal.error,
    removedAtMs: removal.atMs,
    kept,
    asked,
    appeal: { state: appeal.state, by: appeal.by, atMs: appeal.atMs },
  };
}

/** All of it. Pure. */
export function toDetails(
  violation: Violation,
  { by, canReveal, link }: { by: string; canReveal: boolean; link: string | null },
): ViolationAnswer {
  const press = (action: Pressed['action']): boolean => decide(violation, { action, by, channel: null, atMs: 0 }).next !== null;
  return {
    ...toRow(violation),
    findings: violation.findings.map(toFinding),
    moreFindings: violation.leftOut?.findings ?? 0,
    can: decisionNames.filter(press),
    canReveal: canReveal && violation.kept.state === 'kept',
    link,
  };
}

const toFinding = ({ ruleId, ruleName, severity, action, dryRun, where, masked, atMs }: Finding) => ({
  ruleId,
  ruleName,
  severity,
  action,
  dryRun,
  where,
  masked,
  atMs,
});
