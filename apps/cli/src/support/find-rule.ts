import type { Rule } from '@watchpost/rules/rule';
import { ruleKey } from '@watchpost/rules/store/valid-rule';
import { AppError } from '@watchpost/shared/errors';

/** The first rule of this name, whatever its case, or else of this id. Throws `rule-not-found`. */
export function findRule(rules: readonly Rule[], name: string): Rule {
  const found = rules.find((rule) => ruleKey(rule.name) === ruleKey(name)) ?? rules.find(({ id }) => id === name.trim());
  if (!found) throw new AppError('rule-not-found', `there is no rule called ${name}`);
  return found;
}
