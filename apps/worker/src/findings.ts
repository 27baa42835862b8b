import type { Author, MessageRef } from '@watchpost/shared/chat/message';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Match } from '@watchpost/rules/judge';
import type { Rule } from '@watchpost/rules/rule';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Finding, Unread, Violation } from '@watchpost/rules/violation';
import type { StoredViolation, Violations } from '@watchpost/rules/violations';

/** What a match is kept as. Pure. */
export function findingOf({ rule, where, start, end, masked }: Match, fileId: string | null, atMs: number): Finding {
  const { id, name, description, severity, action, dryRun, notice } = rule;
  return { ruleId: id, ruleName: name, description, severity, action, dryRun, notice, where, start, end, masked, fileId, atMs };
}

/** Findings by what the rules say now: of a rule that was removed, disabled or put back into dry run nothing follows any more. Pure. */
export function asRulesSayNow(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  return findings.map((finding) => {
    const rule = byId.get(finding.ruleId);
    if (finding.dryRun) return finding;
    if (!rule?.enabled || rule.dryRun) return { ...finding, dryRun: true };
    // One that only reported when it matched does not remove afterwards.
    return finding.action === 'report' ? finding : { ...finding, action: rule.action };
  });
}

/** Whether a message, or a file of it, was removed: what is kept of it is, or an admin has decided about it. */
export async function isRemoved(
  message: Pick<MessageRef, 'channel' | 'messageId'>,
  fileId: string | null,
  violations: Pick<Violations, 'get'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { removal } = (await violations.get(violationIdOf(message.channel, message.messageId), signal))?.violation ?? {};
  const state = fileId === null ? removal?.state : removal?.files.find((each) => each.fileId === fileId)?.state;
  return state === 'removed' || state === 'gone';
}

export interface AddDeps {
  violations: Pick<Violations, 'add'>;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
}

/**
 * Adds what was found to the violation of its message, and queues what follows from it; nothing, if all of that is known and done. Whoever
 * dies between the two does both again.
 */
export async function addToViolation(
  message: MessageRef,
  found: { findings: readonly Finding[]; unread: readonly Unread[] },
  { violations, sender, sendTimeoutMs }: AddDeps,
  signal: AbortSignal,
): Promise<StoredViolation> {
  const { stored } = await violations.add(refOf(message), found, signal);
  await queueViolation(stored.violation, { sender, sendTimeoutMs });
  return stored;
}

/** Queues the job that does what a violation still wants; each change has one of its own. */
export async function queueViolation(
  { id, wanted, done }: Violation,
  { sender, sendTimeoutMs }: Pick<AddDeps, 'sender' | 'sendTimeoutMs'>,
): Promise<void> {
  if (done < wanted) await sender.send({ v: 1, kind: 'violation', violationId: id, wanted }, { timeoutMs: sendTimeoutMs });
}

/** A job's message, without the rest of the job. */
export function refOf({ channel, messageId, thread, author, postedAtMs, isDirect }: MessageRef): MessageRef {
  return { channel, messageId, thread, author, postedAtMs, isDirect };
}

/** Whether a person wrote it, who can be told something. */
export const isPerson = ({ member, bot }: Author): boolean => member !== null && bot === null;
