import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { z } from 'zod';
import { actions, detectorNames, ruleSchema, scans, severities, type Rule, type RuleSettings, type Scope } from '../rule.ts';
import { readFlags, type FlagForms, type ReadFlags } from './flags.ts';
import { readAuthorId, readChannelId } from './ids.ts';

const forms = {
  name: 'value',
  rename: 'value',
  pattern: 'value',
  detector: 'value',
  action: 'value',
  channels: 'list',
  scan: 'value',
  exempt: 'list',
  severity: 'value',
  description: 'value',
  notice: 'value',
  'most-an-hour': 'value',
  live: 'switch',
  'dry-run': 'switch',
  enable: 'switch',
  enabled: 'switch',
  disable: 'switch',
  disabled: 'switch',
} as const satisfies FlagForms;
type Reader = (value: string) => { settings: RuleSettings } | { fault: string };

/** The settings that rules are added with. */
export type NewRule = RuleSettings & Pick<Rule, 'name' | 'look'>;

/** What was read of the words after `add`, `edit` or `import`. */
export interface ReadSettings {
  /** Of `--name`. */
  name: string | null;
  /** All that is set, `--rename` among it. */
  settings: RuleSettings;
  /** The words that belong to no flag. */
  others: string[];
  /** The flags of `more`. */
  more: ReadFlags['values'];
  /** What is wrong: which flag, and why. All at once. */
  faults: string[];
}

/** Reads a rule's flags; `more`: further flags that the command has. Pure. */
export function readSettings(words: readonly string[], more: FlagForms = {}): ReadSettings {
  const { values, others, faults: unread } = readFlags(words, { ...more, ...forms });
  const settings: RuleSettings = {};
  const faults = [...unread];
  for (const [flags, reader] of readers) {
    const given = flags.filter((flag) => values[flag] !== undefined);
    if (given.length > 1) faults.push(`${given.map((flag) => `--${flag}`).join(' and ')} cannot both be given`);
    const [flag] = given;
    // What has no value was told already.
    if (flag === undefined || unread.includes(`--${flag} needs a value`)) continue;
    const result = reader(values[flag] ?? '', flag);
    if ('fault' in result) faults.push(`--${flag} ${result.fault}`);
    else Object.assign(settings, result.settings);
  }
  const extra = Object.fromEntries(Object.entries(values).filter(([flag]) => Object.hasOwn(more, flag)));
  return { name: values['name']?.trim() ?? null, settings, others, more: extra, faults };
}

/** The words after `add`. Throws `usage-invalid` with everything that is wrong, a line each. Pure. */
export function readNewRule(words: readonly string[]): NewRule {
  const { name, settings, others, faults } = readSettings(words);
  const { name: renamed, look, ...rest } = settings;
  if (renamed !== undefined) faults.push('--rename is for rules that exist');
  const called = name ?? others.join(' ');
  if (name !== null && others.length > 0)
    faults.push(`${count(others.length, 'word')} too many: put a value with spaces in quotation marks`);
  if (called === '') faults.push('--name is missing');
  else faults.push(...nameFaults(called));
  if (!look && !mentions(faults, ['pattern', 'detector'])) faults.push('--pattern or --detector is missing');
  if (faults.length > 0 || !look) throw new AppError('usage-invalid', faults.join('\n'));
  return { ...rest, name: called, look };
}

/** The words after `edit`: which rule, by its name or id, and what changes. Throws as `readNewRule`. Pure. */
export function readRuleEdit(words: readonly string[]): { name: string; settings: RuleSettings } {
  const { name, settings, others, faults } = readSettings(words);
  if (name !== null && others.length > 0) faults.push('--name and a name are given: --rename gives it another one');
  const called = name ?? others.join(' ');
  if (called === '') faults.push("the rule's name is missing");
  if (faults.length === 0 && Object.keys(settings).length === 0) faults.push('nothing is to be changed: no flag is given');
  if (faults.length > 0) throw new AppError('usage-invalid', faults.join('\n'));
  return { name: called, settings };
}

const mentions = (faults: readonly string[], flags: readonly string[]): boolean =>
  faults.some((fault) => flags.some((flag) => fault.includes(`--${flag}`)));

const count = (number: number, noun: string): string => `${String(number)} ${noun}${number === 1 ? '' : 's'}`;

function nameFaults(name: string): string[] {
  return ruleSchema.shape.name.safeParse(name).success ? [] : ['--name must have at most 80 characters'];
}

/** One of the words, whatever its case. */
function oneOf<W extends string>(words: readonly W[], set: (word: W) => RuleSettings): Reader {
  return (value) => {
    const word = words.find((each) => each === value.trim().toLowerCase());
    return word === undefined ? { fault: `must be one of ${words.join(', ')}` } : { settings: set(word) };
  };
}

/** A value that is set as `read` makes it, if the schema of the rule takes it. */
function fitting(schema: z.ZodType<RuleSettings>, fault: string, read: (value: string) => object): Reader {
  return (value) => {
    const parsed = schema.safeParse(read(value));
    return parsed.success ? { settings: parsed.data } : { fault };
  };
}

const longest = 'must have at most 500 characters';

const without = (value: string): string => (['', 'none'].includes(value.trim().toLowerCase()) ? '' : value.trim());

/** What sets the same is in one row: only one of them can be given. */
const readers: readonly (readonly [flags: readonly (keyof typeof forms)[], reader: (value: string, flag: string) => ReturnType<Reader>])[] =
  [
    [['rename'], fitting(ruleSchema.pick({ name: true }), 'must have 1 to 80 characters', (value) => ({ name: value.trim() }))],
    [['pattern', 'detector'], (value, flag) => (flag === 'pattern' ? readPattern(value) : readDetector(value))],
    [['action'], oneOf(actions, (action) => ({ action }))],
    [['channels'], readScope],
    [['scan'], oneOf(scans, (scan) => ({ scan }))],
    [['exempt'], readExempt],
    [['severity'], oneOf(severities, (severity) => ({ severity }))],
    [['description'], fitting(ruleSchema.pick({ description: true }), longest, (value) => ({ description: without(value) }))],
    [['notice'], fitting(ruleSchema.pick({ notice: true }), longest, (value) => ({ notice: without(value) || null }))],
    [['most-an-hour'], fitting(ruleSchema.pick({ mostAnHour: true }), 'must be a whole number from 1 to 100000', readWhole)],
    [['live', 'dry-run'], (_, flag) => ({ settings: { dryRun: flag === 'dry-run' } })],
    [['enable', 'enabled', 'disable', 'disabled'], (_, flag) => ({ settings: { enabled: flag.startsWith('enable') } })],
  ];

const readDetector = oneOf(detectorNames, (detector) => ({ look: { detector } }));

function readWhole(value: string): { mostAnHour: number | null } {
  return { mostAnHour: /^\d{1,9}$/.test(value.trim()) ? Number(value) : null };
}

function readPattern(pattern: string): ReturnType<Reader> {
  const look = ruleSchema.shape.look.safeParse({ pattern });
  return look.success ? { settings: { look: look.data } } : { fault: 'must have 1 to 2000 characters' };
}

function readScope(value: string): ReturnType<Reader> {
  const text = value.trim();
  if (text.toLowerCase() === 'all') return { settings: { scope: { in: 'all' } } };
  const but = /^all-but:?/i.exec(text)?.[0];
  const read = readIds(text.slice(but?.length ?? 0), readChannelId);
  if ('unknown' in read || read.ids.length === 0)
    return {
      fault: 'must be `all`, ids of channels such as C0123ABCD,C0456EFGH, or `all-but:C0123ABCD`: names change, so they are not taken',
    };
  const scope: Scope = { in: but === undefined ? 'some' : 'all-but', channels: read.ids };
  const parsed = ruleSchema.shape.scope.safeParse(scope);
  return parsed.success ? { settings: { scope: parsed.data } } : { fault: 'takes at most 500 channels' };
}

function readExempt(value: string): ReturnType<Reader> {
  const read = readIds(without(value), readAuthorId);
  if ('unknown' in read) return { fault: 'must be ids of members (U0123ABCD), bots (B0123ABCD) or apps (A0123ABCD), or `none`' };
  const parsed = ruleSchema.shape.exempt.safeParse(read.ids);
  return parsed.success ? { settings: { exempt: parsed.data } } : { fault: 'takes at most 500 ids' };
}

function readIds(text: string, read: (id: string) => ChannelKey | null): { ids: ChannelKey[] } | { unknown: true } {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  const ids = entries.map(read).filter((id) => id !== null);
  return ids.length < entries.length ? { unknown: true } : { ids: [...new Set(ids)] };
}
