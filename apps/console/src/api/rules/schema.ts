import { z } from 'zod';

const ruleId = z.string().regex(/^[\w-]{1,24}$/);
/** `slack:C0123`. */
const key = z.string().max(80);
const look = z.union([z.strictObject({ pattern: z.string().max(2_000) }), z.strictObject({ detector: z.string().max(40) })]);
const scope = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('all') }),
  z.strictObject({ in: z.literal('some'), channels: z.array(key).max(500) }),
  z.strictObject({ in: z.literal('all-but'), channels: z.array(key).max(500) }),
]);
const scan = z.enum(['text', 'files', 'both']);
const action = z.enum(['report', 'quarantine', 'remove']);
const severity = z.enum(['low', 'medium', 'high', 'critical']);

const rule = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  look: z.union([z.object({ pattern: z.string() }), z.object({ detector: z.string() })]),
  scope: z.object({ in: z.enum(['all', 'some', 'all-but']), channels: z.array(z.string()).optional() }),
  scan,
  action,
  exempt: z.array(z.string()),
  severity,
  enabled: z.boolean(),
  dryRun: z.boolean(),
  notice: z.string().nullable(),
  mostAnHour: z.number().int(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
});
export type RuleAnswer = z.infer<typeof rule>;

export const rulesAnswer = z.object({
  rules: z.array(
    rule.extend({
      state: z.enum(['live', 'dry run', 'disabled']),
      /** `keys and tokens`, or the pattern. */
      looksFor: z.string(),
      /** `all channels`. */
      where: z.string(),
      /** Messages in which it found something since `countedFromMs`. */
      messages: z.number().int(),
      /** Of these, removed within the last hour: `mostAnHour` is the most. */
      removedInHour: z.number().int(),
      /** When it found something last, milliseconds since 1970; null: not since `countedFromMs`. */
      lastAtMs: z.number().nullable(),
      /** Too many removals put it back into its dry run then. */
      brakedAtMs: z.number().nullable(),
      /** Why it cannot be applied; null: it can. */
      fault: z.string().nullable(),
    }),
  ),
  countedFromMs: z.number(),
  /** There was more than was counted. */
  isCut: z.boolean(),
  /** Whether originals can be kept: QUARANTINE_KEY is set. */
  canQuarantine: z.boolean(),
  detectors: z.array(z.object({ name: z.string(), finds: z.string() })),
});
export type RulesAnswer = z.infer<typeof rulesAnswer>;
export type RuleRow = RulesAnswer['rules'][number];

/** What somebody sets; the rest is kept, or has its default. Ids of channels, members, bots and apps: `C0123` or `slack:C0123`. */
export const settingsBody = z.strictObject({
  name: z.string().max(400).optional(),
  description: z.string().max(4_000).optional(),
  look: look.optional(),
  scope: scope.optional(),
  scan: scan.optional(),
  action: action.optional(),
  exempt: z.array(key).max(500).optional(),
  severity: severity.optional(),
  enabled: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  notice: z.string().max(4_000).nullable().optional(),
  mostAnHour: z.number().int().min(1).max(100_000).optional(),
});
export type SettingsBody = z.infer<typeof settingsBody>;
/** `changedAtMs`: that of the rule as it was read. With it, the change is refused if the rule was changed since; without it, it holds in any case. */
export const editBody = settingsBody.extend({ changedAtMs: z.number().int().optional() });
export type EditBody = z.infer<typeof editBody>;
export const ruleParams = z.object({ id: ruleId });
export const ruleAnswer = rule;

export const checkBody = z.strictObject({ id: ruleId.nullable(), settings: settingsBody });
export const checkAnswer = z.object({
  /** Why it would be refused; null: it can be saved. */
  fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** In one line, what it would be. */
  described: z.string().nullable(),
});
export type CheckAnswer = z.infer<typeof checkAnswer>;

export const tryBody = z.strictObject({
  /** A stored rule, or what one would look for. */
  what: z.union([z.strictObject({ id: ruleId }), z.strictObject({ look })]),
  on: z.union([
    z.strictObject({ text: z.string().min(1).max(40_000) }),
    z.strictObject({ channel: key, last: z.number().int().min(1).max(200) }),
  ]),
});
export const tryAnswer = z.object({
  matches: z.array(
    z.object({
      where: z.string(),
      start: z.number().int(),
      end: z.number().int(),
      /** `AKIA…(16)`: nothing else of what matched is told. */
      masked: z.string(),
      message: z.object({ id: z.string(), postedAtMs: z.number(), link: z.string().nullable() }).nullable(),
    }),
  ),
  /** Of a channel: how many messages were looked at, and how many matched. */
  messages: z.object({ looked: z.number().int(), matched: z.number().int(), files: z.number().int() }).nullable(),
  /** Why a rule with this pattern could not be saved; null: it could. */
  refused: z.string().nullable(),
});
export type TryAnswer = z.infer<typeof tryAnswer>;

export const changesQuery = z.object({ rule: ruleId.optional() });
export const changesAnswer = z.object({
  changes: z.array(
    z.object({
      number: z.number().int(),
      atMs: z.number(),
      actor: z.string(),
      what: z.enum(['added', 'edited', 'removed']),
      rule: z.string(),
      name: z.string(),
      /** `edited Keys: action report → remove`. */
      text: z.string(),
      /** Whether the rule is now as it was after this change (before it, of a removal). */
      isCurrent: z.boolean(),
    }),
  ),
});
export type RuleChangesAnswer = z.infer<typeof changesAnswer>;
export const changeParams = z.object({ number: z.coerce.number().int().min(1) });

export const wouldAnswer = z.object({
  /** Since when its dry run counts: milliseconds since 1970. */
  fromMs: z.number(),
  messages: z.number().int(),
  isCut: z.boolean(),
  /** The channels with the most, at most five. */
  channels: z.array(z.object({ channel: z.string(), messages: z.number().int() })),
  /** Some of what it found, masked. */
  examples: z.array(z.object({ masked: z.string(), where: z.string(), channel: z.string(), atMs: z.number() })),
});
export type WouldAnswer = z.infer<typeof wouldAnswer>;
