import { AppError } from '@watchpost/shared/errors';
import { tidied } from '@watchpost/shared/text';
import type { Rule } from './rule.ts';
import type { Rules } from './rules.ts';

/** Names that differ in nothing but case, width and spaces are the same name. Pure. */
export function ruleKey(name: string): string {
  return tidied(name).normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
}

/** The first rule of this name, or else of this id; undefined: there is none. Pure. */
function ruleCalled(rules: readonly Rule[], called: string): Rule | undefined {
  return rules.find(({ name }) => ruleKey(name) === ruleKey(called)) ?? rules.find(({ id }) => id === called.trim());
}

/** Whether this is the rule's name or id. Pure. */
export const isCalled = (rule: Rule, called: string): boolean => ruleCalled([rule], called) !== undefined;

/** The rule of this name, or else of this id. Throws `rule-not-found`. Pure. */
export function findRule(rules: readonly Rule[], called: string): Rule {
  const found = ruleCalled(rules, called);
  if (!found) throw new AppError('rule-not-found', `there is no rule called “${called.slice(0, 80)}”`);
  return found;
}

/** Changes looked through for a rule's earlier name. */
const mostChanges = 10_000;

/** The id of the rule that is called so, or was before it was renamed or removed. Rejects with `rule-not-found`. */
export async function findRuleId(called: string, rules: Pick<Rules, 'list' | 'changes'>, signal: AbortSignal): Promise<string> {
  const now = ruleCalled(await rules.list(signal), called);
  if (now) return now.id;
  const changes = await rules.changes(mostChanges, signal);
  const known = changes.flatMap(({ before, after }) => [after, before]).filter((rule) => rule !== null);
  return findRule(known, called).id;
}
