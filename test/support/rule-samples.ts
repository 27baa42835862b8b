import type { Rule } from '@watchpost/rules/rule';
import { defaultRule } from '@watchpost/rules/rule';
import type { Finding } from '@watchpost/rules/violation';
import type { MessageRef } from '@watchpost/shared/chat/message';

/** A rule about all channels, as somebody made it without more settings: in dry run. */
export function dryRuleSample(over: Partial<Rule> = {}): Rule {
  const own = { id: 'r1', name: 'Keys', look: { pattern: 'key-\\d+' }, createdAtMs: 1_700_000_000_000, changedAtMs: 1_700_000_000_000 };
  return { ...defaultRule, ...own, ...over };
}

/** A rule that is switched on and removes what it finds. */
export function ruleSample(over: Partial<Rule> = {}): Rule {
  const own = { id: 'r1', name: 'Project names', look: { pattern: 'Zeus' }, createdAtMs: 1, changedAtMs: 1 };
  return { ...defaultRule, ...own, action: 'remove', dryRun: false, ...over };
}

export function findingSample(over: Partial<Finding> = {}): Finding {
  const { id, name, description, severity, action, dryRun, notice } = ruleSample();
  const match = { where: 'text', start: 4, end: 8, masked: 'Z…(4)', fileId: null, atMs: 1_000 };
  return { ruleId: id, ruleName: name, description, severity, action, dryRun, notice, ...match, ...over };
}

export function messageSample(over: Partial<MessageRef> = {}): MessageRef {
  const author = { member: 'U1', bot: null, app: null };
  return { channel: 'slack:C1', messageId: '1700000000.000100', thread: null, author, postedAtMs: 1_000, isDirect: false, ...over };
}
