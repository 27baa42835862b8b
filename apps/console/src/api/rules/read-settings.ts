import { readAuthorId, readChannelId } from '@watchpost/rules/notation/ids';
import { ruleSchema, type Rule, type RuleSettings, type Scope } from '@watchpost/rules/rule';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { SettingsBody } from './schema.ts';

/** What somebody sets of a rule in the console. Throws `rule-invalid` naming the ids that are none, and detectors that there are not. */
export function readSettings({ look, scope, exempt, ...plain }: SettingsBody): RuleSettings {
  const set = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return {
    ...set,
    ...(look && { look: readLook(look) }),
    ...(scope && { scope: readScope(scope) }),
    ...(exempt && { exempt: readIds(exempt, readAuthorId, 'a member (U0123ABCD), a bot (B0123ABCD) or an app (A0123ABCD)') }),
  };
}

/** Throws `rule-invalid`. */
export function readLook(look: NonNullable<SettingsBody['look']>): Rule['look'] {
  const parsed = ruleSchema.shape.look.safeParse(look);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'rule-invalid',
    'detector' in look ? `there is no detector ${look.detector}` : 'the pattern must have 1 to 2,000 characters',
  );
}

function readScope(scope: NonNullable<SettingsBody['scope']>): Scope {
  if (scope.in === 'all') return scope;
  const channels = readIds(scope.channels, readChannelId, 'a channel, such as C0123ABCD');
  if (channels.length === 0) throw new AppError('rule-invalid', 'name at least one channel');
  return { in: scope.in, channels };
}

function readIds(texts: readonly string[], read: (text: string) => ChannelKey | null, what: string): ChannelKey[] {
  const ids = texts.map((text) => {
    const id = read(text);
    if (id === null) throw new AppError('rule-invalid', `${text.slice(0, 40)} is not the id of ${what}`);
    return id;
  });
  return [...new Set(ids)];
}
