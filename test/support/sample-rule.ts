import { defaultRule, type Rule } from '@watchpost/rules/rule';

/** A rule about all channels, as somebody made it without more settings. */
export const sampleRule = (over: Partial<Rule> = {}): Rule => ({
  ...defaultRule,
  id: 'r1',
  name: 'Keys',
  look: { pattern: 'key-\\d+' },
  createdAtMs: 1_700_000_000_000,
  changedAtMs: 1_700_000_000_000,
  ...over,
});
