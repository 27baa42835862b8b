import type { CommandEntry } from './command.ts';

type Options = NonNullable<CommandEntry['options']>;

const look: Options = [
  ['--pattern P', 'what to look for: a regular expression, https://github.com/google/re2/wiki/Syntax'],
  ['--detector D', 'or a built-in recogniser: secrets, card-numbers, ibans, phone-numbers, email-addresses'],
];

const settings: Options = [
  ['--action A', 'report (default), quarantine (remove, and keep the original for the admins), or remove'],
  ['--channels C', 'all (default), ids of channels (C0123,C0456), or all-but:C0123'],
  ['--scan S', 'text, files, or both (default)'],
  ['--exempt IDS', 'members, bots and apps that the rule ignores (U0123,B0123); none: nobody'],
  ['--severity S', 'low, medium (default), high, or critical'],
  ['--description T', 'for authors: what is not allowed, and what to do instead'],
  ['--notice T', 'what the channel is told after a removal; none: nothing'],
  ['--most-an-hour N', 'removals an hour, 100 if not set; after so many the rule goes back to its dry run'],
];
const live: Options = [['--live', 'let it act; without this a new rule begins in dry run, and only says what it would have done']];
const json: Options = [['--json', 'print JSON']];

/** The commands about message rules. */
export const ruleCommands: Record<string, CommandEntry> = {
  'rules add': {
    usage: '--name N (--pattern P | --detector D) [OPTION...]',
    does: 'add a rule; it begins in dry run',
    needs: 'gallery-or-new',
    options: [['--name N', 'what it is called'], ...look, ...settings, ...live, ['--disabled', 'do not apply it yet'], ...json],
    load: () => import('./commands/rules/add.ts'),
  },
  'rules list': {
    usage: '[NAME] [--json]',
    does: 'list the rules; or everything about one',
    needs: 'gallery',
    load: () => import('./commands/rules/list.ts'),
  },
  'rules edit': {
    usage: 'NAME [OPTION...]',
    does: 'change a rule; it is live in every worker within a second',
    needs: 'gallery',
    options: [
      ...look,
      ...settings,
      ['--live, --dry-run', 'let it act; or only say what it would have done'],
      ['--enable, --disable', 'apply it, or not'],
      ['--rename NEW', 'give it another name'],
      ...json,
    ],
    load: () => import('./commands/rules/edit.ts'),
  },
  'rules remove': {
    usage: 'NAME [--json]',
    does: 'remove a rule; what it found stays on record',
    needs: 'gallery',
    load: () => import('./commands/rules/remove.ts'),
  },
  'rules history': {
    usage: '[--limit N] [--json]',
    does: 'list the latest changes of rules, and who read or deleted originals',
    needs: 'gallery',
    load: () => import('./commands/rules/history.ts'),
  },
  'rules test': {
    usage: '[--pattern P | --detector D | --name N] (--text T | FILE... | --channel C) [OPTION...]',
    does: 'try a pattern, a rule, or all enabled rules; exit code 1 where something matched, 2 where it could not be tried',
    needs: 'gallery',
    failed: 2,
    options: [
      ...look,
      ['--name N', 'a stored rule, enabled or not; without any of these: all stored rules that are enabled'],
      ['--text T', 'a text; -: standard input'],
      ['FILE...', 'files of any format; -: standard input'],
      ['--channel C', 'the newest messages of a channel (C0123) with their files; needs SLACK_API_TOKEN'],
      ['--last N', 'so many messages, 100 if not set'],
      ...json,
    ],
    load: () => import('./commands/rules/test.ts'),
  },
  'rules import': {
    usage: 'FILE [OPTION...]',
    does: "add the rules of the old service's table, exported as CSV with name and pattern; names that exist are left alone",
    needs: 'gallery-or-new',
    options: [
      ['--action A', 'remove (default, as the old service did), quarantine, or report'],
      ...settings.filter(([option]) => option !== '--action A'),
      ...live,
      ['--disabled', 'do not apply them yet'],
      ...json,
    ],
    load: () => import('./commands/rules/import.ts'),
  },
  'rules violations': {
    usage: '[FILTER...] [--limit N] [--json | --csv]',
    does: 'list what rules found, and what was done about it; newest first',
    needs: 'gallery',
    options: [
      ['--rule N', 'of one rule, also of one that was renamed or removed'],
      ['--channel C', 'in one channel (C0123)'],
      ['--author U', 'of one member, bot or app (U0123)'],
      ['--since T, --until T', 'found since, or until: 7d or 24h ago, or a date such as 2026-11-30, in UTC'],
      ['--limit N', 'so many; 30 if not set, an export has all'],
      ['--csv, --json', 'export: a row of CSV for each finding, or a line of JSON for each violation'],
    ],
    load: () => import('./commands/rules/violations.ts'),
  },
  'rules kept': {
    usage: 'ID [--put DIR | --delete] [--json]',
    does: 'say what is in quarantine of a violation; write it to files, or delete it; needs QUARANTINE_KEY',
    needs: 'gallery',
    load: () => import('./commands/rules/kept.ts'),
  },
};
