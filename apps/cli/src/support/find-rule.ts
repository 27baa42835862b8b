import type { Rule } from '@watchpost/rules/rule';
import { AppError } from '@watchpost/shared/errors';

/** The rule of this name, whatever its case, or of this id. Throws `rule-not-found`. */
export function findRule(rules: readonly Rule[], name: string): Rule {
  const key = name.trim().toLowerCase();
  const found = rules.find((rule) => rule.name.toLowerCase() === key) ?? rules.find(({ id }) => id === name.trim());
  if (!found) throw new AppError('rule-not-found', `there is no rule called ${name}`);
  return found;
}
