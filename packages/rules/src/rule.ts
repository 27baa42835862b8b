import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { z } from 'zod';

/** Built-in recognisers that a rule can use instead of a pattern of its own. */
export const detectorNames = ['secrets', 'card-numbers', 'ibans', 'phone-numbers', 'email-addresses'] as const;
export type DetectorName = (typeof detectorNames)[number];

export const actions = ['report', 'quarantine', 'remove'] as const;
/** `report`: tell the admins. `quarantine`: remove it, and keep the original encrypted for the admins. `remove`: remove it. */
export type RuleAction = (typeof actions)[number];

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export const scans = ['text', 'files', 'both'] as const;

/** A pattern longer than this is refused; characters. */
export const longestPattern = 2_000;
/** More rules than this are refused. */
export const mostRules = 500;

/** What is looked for. */
const lookForSchema = z.union([
  /** An RE2 pattern: https://github.com/google/re2/wiki/Syntax. */
  z.object({ pattern: z.string().min(1).max(longestPattern) }),
  z.object({ detector: z.enum(detectorNames) }),
]);

/** Where a rule applies. Direct messages only where they are listed in `some`. */
const scopeSchema = z.discriminatedUnion('in', [
  z.object({ in: z.literal('all') }),
  z.object({ in: z.literal('some'), channels: z.array(channelKeySchema).min(1).max(500) }),
  z.object({ in: z.literal('all-but'), channels: z.array(channelKeySchema).min(1).max(500) }),
]);
export type Scope = z.infer<typeof scopeSchema>;

export const ruleSchema = z.object({
  id: z.string().regex(/^[\w-]{1,24}$/),
  /** Unique, whatever its case. Shown to admins and to authors. */
  name: z.string().min(1).max(80),
  /** For authors: what is not allowed, and what to do instead. May be empty. */
  description: z.string().max(500),
  look: lookForSchema,
  scope: scopeSchema,
  /** What of a message it looks at: what it says (with the names and titles of files), what its files contain, or both. */
  scan: z.enum(scans),
  action: z.enum(actions),
  /** Who is exempt: members, bots and apps as `slack:U0123`, `slack:B0123`, `slack:A0123`. */
  exempt: z.array(channelKeySchema).max(500),
  severity: z.enum(severities),
  enabled: z.boolean(),
  /** Only records and reports what it would have done. New rules begin so. */
  dryRun: z.boolean(),
  /** What the channel is told after a removal, once for each message; null: nothing. */
  notice: z.string().max(500).nullable(),
  /** So many removals an hour at most; then the rule goes back to its dry run, and the admins are told. */
  mostAnHour: z.number().int().min(1).max(100_000),
  createdAtMs: z.number().int(),
  changedAtMs: z.number().int(),
});
export type Rule = z.infer<typeof ruleSchema>;

/** What somebody sets of a rule; the rest is kept, or has its default. */
export type RuleSettings = Partial<Omit<Rule, 'id' | 'createdAtMs' | 'changedAtMs'>>;

/** What was set of a rule. Pure. */
export function settingsOf({
  id: _id,
  createdAtMs: _createdAtMs,
  changedAtMs: _changedAtMs,
  ...settings
}: Rule): Omit<Rule, 'id' | 'createdAtMs' | 'changedAtMs'> {
  return settings;
}

export const defaultRule: Omit<Rule, 'id' | 'name' | 'look' | 'createdAtMs' | 'changedAtMs'> = {
  description: '',
  scope: { in: 'all' },
  scan: 'both',
  action: 'report',
  exempt: [],
  severity: 'medium',
  enabled: true,
  dryRun: true,
  notice: null,
  mostAnHour: 100,
};
