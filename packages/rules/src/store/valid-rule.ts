import { AppError } from '@watchpost/shared/errors';
import { cleanText, isVisible } from '@watchpost/shared/text';
import { ruleKey } from '../rule-name.ts';
import { defaultRule, mostRules, ruleSchema, type Rule, type RuleSettings } from '../rule.ts';

/** Much more than the longest text of a rule. */
const longestRead = { characters: 4_000, units: 4_000 };

const clean = (text: string): string => cleanText(text, longestRead);

/** What a new rule has where nothing else is said. */
export function newRule(settings: RuleSettings & Pick<Rule, 'name' | 'look'>, id: string, nowMs: number): Rule {
  return valid({ ...defaultRule, ...settings, id, createdAtMs: nowMs, changedAtMs: nowMs });
}

/** The rule with other settings. */
export function changedRule(rule: Rule, settings: RuleSettings, nowMs: number): Rule {
  return valid({ ...rule, ...settings, id: rule.id, createdAtMs: rule.createdAtMs, changedAtMs: nowMs });
}

/** The rule with clean texts. Throws `rule-invalid` naming everything that is wrong with it. */
function valid(rule: Rule): Rule {
  const cleaned = {
    ...rule,
    name: clean(rule.name),
    description: clean(rule.description),
    notice: rule.notice === null ? null : clean(rule.notice),
    exempt: [...new Set(rule.exempt)],
    scope: rule.scope.in === 'all' ? rule.scope : { ...rule.scope, channels: [...new Set(rule.scope.channels)] },
  };
  const parsed = ruleSchema.safeParse({ ...cleaned, notice: cleaned.notice === '' ? null : cleaned.notice });
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.') || 'rule'}: ${message}`);
  if (!isVisible(cleaned.name)) faults.unshift('the name is empty');
  if (faults.length > 0 || !parsed.success) throw new AppError('rule-invalid', faults.join('; '));
  return parsed.data;
}

/** Throws `rule-name-taken` or `rule-invalid` if this rule cannot stand beside the others. */
export function checkBeside(rule: Rule, others: readonly Rule[]): void {
  const same = others.find((other) => ruleKey(other.name) === ruleKey(rule.name));
  if (same) throw new AppError('rule-name-taken', `there is a rule called ${same.name} already`);
  if (others.length >= mostRules) throw new AppError('rule-invalid', `${mostRules} rules are the most: remove one first`);
}

/**
 * Throws `quarantine-key-missing` for a change that would have a rule keep what cannot be kept. Other changes of such a rule are allowed:
 * it must be possible to switch it off.
 */
export function checkQuarantine(rule: Rule, settings: RuleSettings, canQuarantine: boolean): void {
  if (canQuarantine || rule.action !== 'quarantine') return;
  if (settings.action === undefined && settings.enabled !== true && settings.dryRun !== false) return;
  throw new AppError('quarantine-key-missing', 'set QUARANTINE_KEY first: without it nothing can be kept in quarantine');
}
