import { rulesEnv } from '@watchpost/rules/config';
import { readFlags } from '@watchpost/rules/notation/flags';
import { readAuthorId, readChannelId, shownId } from '@watchpost/rules/notation/ids';
import { readTime, shownTime } from '@watchpost/rules/notation/times';
import { outcomeOf } from '@watchpost/rules/outcome-of';
import { findRuleId } from '@watchpost/rules/rule-name';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Finding, Violation } from '@watchpost/rules/violation';
import type { ViolationFilter } from '@watchpost/rules/violations';
import { platformOf } from '@watchpost/shared/chat/chat';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import type { Command, CommandContext } from '../../command.ts';
import { readCount } from '../../support/read-args.ts';
import { csvRow } from '../../support/rules/csv.ts';
import { toTable } from '../../support/table.ts';
import { withRules } from '../../support/with-rules.ts';

const usualLimit = 30;
const mostViolations = 100_000;
const dayMs = 86_400_000;

const forms = {
  rule: 'value',
  channel: 'value',
  author: 'value',
  since: 'value',
  until: 'value',
  limit: 'value',
  json: 'switch',
  csv: 'switch',
} as const;

/** Without `rule`, whose id only the database knows. */
interface ViolationsArgs {
  filter: Omit<ViolationFilter, 'rule'>;
  rule: string | undefined;
  as: 'table' | 'json' | 'csv';
}

/**
 * `rules violations [--rule N] [--channel C] [--author U] [--since T] [--until T] [--limit N] [--json | --csv]`: newest first. A table has
 * 30 if nothing else is said; an export has all.
 */
export const run: Command = async (args, context) => {
  const { filter, rule, as } = readViolationsArgs(args, Date.now());
  const keepMs = parseEnv(context.env, { RULES_KEEP_DAYS: rulesEnv.RULES_KEEP_DAYS }).RULES_KEEP_DAYS * dayMs;
  const found = await withRules(context, async (rules, documents) => {
    const id = rule === undefined ? undefined : await findRuleId(rule, rules, context.signal);
    return createViolations(documents, { keepMs }).find({ ...filter, ...(id !== undefined && { rule: id }) }, context.signal);
  });
  await show(found, as, context);
  if (found.length === 0) context.warn('no violations');
  else if (found.length === filter.limit) context.warn(`the newest ${String(filter.limit)}; --limit shows more`);
  return 0;
};

function readViolationsArgs(args: readonly string[], nowMs: number): ViolationsArgs {
  const { values, others, faults } = readFlags(args, forms);
  const { rule, since, until, limit, json, csv } = values;
  if (others.length > 0) faults.push('there is something that belongs to no option: put names with spaces in quotation marks');
  if (json !== undefined && csv !== undefined) faults.push('--json and --csv cannot both be given');
  const read = <T>(flag: keyof typeof forms, reader: (value: string) => T | null, fault: string): T | undefined => {
    const value = values[flag];
    if (value === undefined) return undefined;
    const result = reader(value);
    if (result === null) faults.push(`--${flag} ${fault}`);
    return result ?? undefined;
  };
  const moment = 'must be a time ago such as 7d or 24h, or a date such as 2026-11-30, in UTC';
  const channel = read('channel', readChannelId, "must be a channel's id, such as C0123ABCD");
  const author = read('author', readAuthorId, 'must be the id of a member (U0123ABCD), a bot (B0123ABCD) or an app (A0123ABCD)');
  const fromMs = read('since', (value) => readTime(value, nowMs), moment);
  const beforeMs = read('until', (value) => readTime(value, nowMs, { end: true }), moment);
  if (faults.length > 0) throw new AppError('usage-invalid', faults.join('\n'));
  if (since !== undefined && until !== undefined && (fromMs ?? 0) >= (beforeMs ?? 0))
    throw new AppError('usage-invalid', '--since must be before --until');
  const as = json !== undefined ? 'json' : csv !== undefined ? 'csv' : 'table';
  const most = readCount('--limit', limit, mostViolations) ?? (as === 'table' ? usualLimit : mostViolations);
  const filter = { channel, author, fromMs, beforeMs };
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return { filter: { ...given, limit: most }, rule, as };
}

async function show(found: readonly Violation[], as: ViolationsArgs['as'], { print, written }: CommandContext): Promise<void> {
  if (as === 'table') {
    const rows = found.map(toRow);
    if (rows.length > 0) for (const line of toTable(['id', 'found', 'channel', 'author', 'rules', 'what', 'outcome'], rows)) print(line);
    return;
  }
  if (as === 'csv') print(csvRow(csvHeader));
  for (const violation of found) {
    if (as === 'json') print(JSON.stringify(shownViolation(violation)));
    else for (const row of csvRows(violation)) print(csvRow(row));
    await written();
  }
}

/** Without what only the worker needs to go on. */
function shownViolation(violation: Violation): object {
  const { id, message, foundAtMs, findings, unread, leftOut, removal, kept, appeal } = violation;
  const { by, atMs, state } = appeal;
  return {
    id,
    message,
    foundAtMs,
    findings,
    unread,
    ...(leftOut && { leftOut }),
    outcome: outcomeOf(violation),
    removal,
    kept,
    appeal: { state, by, atMs },
  };
}

const authorOf = ({ author, channel }: Violation['message']): string => {
  const id = author.member ?? author.bot ?? author.app;
  return id === null ? '' : shownId(`${platformOf(channel)}:${id}`);
};

function toRow(violation: Violation): string[] {
  const { id, foundAtMs, message, findings, unread, kept, appeal } = violation;
  const rules = [...new Set(findings.map(({ ruleName }) => ruleName))].join(', ');
  const [first, ...others] = findings;
  const what = first
    ? `${first.masked} in ${first.where}${others.length === 0 ? '' : ` and ${String(others.length)} more`}`
    : unreadIn(unread);
  const states = [outcomeOf(violation), kept.state === 'no' ? '' : kept.state, appeal.state === 'no' ? '' : `appeal ${appeal.state}`];
  return [
    id,
    shownTime(foundAtMs),
    shownId(message.channel),
    authorOf(message),
    rules,
    what,
    states.filter((state) => state !== '').join(', '),
  ];
}

const unreadIn = (unread: Violation['unread']): string => unread.map(({ where, reason }) => `${where}: ${reason}`).join(', ');

const csvHeader =
  'id found posted channel message thread author rule severity action dry_run where masked unread outcome removed error kept appeal'.split(
    ' ',
  );

/** A row for each finding, and for each file that could not be read. */
function csvRows(violation: Violation): (string | number | null)[][] {
  const { id, foundAtMs, message, findings, unread, removal, kept, appeal } = violation;
  const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
  const before = [
    id,
    iso(foundAtMs),
    iso(message.postedAtMs),
    shownId(message.channel),
    message.messageId,
    message.thread,
    authorOf(message),
  ];
  const after = [outcomeOf(violation), iso(removal.atMs), removal.error, kept.state, appeal.state];
  const found = ({ ruleName, severity, action, dryRun, where, masked }: Finding) => [
    ...before,
    ruleName,
    severity,
    action,
    dryRun ? 'yes' : 'no',
    where,
    masked,
    null,
    ...after,
  ];
  return [...findings.map(found), ...unread.map(({ where, reason }) => [...before, null, null, null, null, where, null, reason, ...after])];
}
