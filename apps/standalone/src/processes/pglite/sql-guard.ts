/**
 * What a statement does to the session, told from its text. The embedded database has one session for all its
 * connections: settings, subscriptions and locks that a server keeps for each connection are shared here.
 * Looking at the text is enough for that: it decides about comfort, not about security.
 */

/** Where a statement may start: at the beginning, after a semicolon, after comments. */
const start = String.raw`(?:^|;)(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)*`;
const startsWith = (words: string): RegExp => new RegExp(`${start}(?:${words})\\b`, 'i');

const refusals: { pattern: RegExp; reason: string }[] = [
  {
    pattern: startsWith('DISCARD|DEALLOCATE\\s+(?:PREPARE\\s+)?ALL'),
    reason: 'would take the statements and subscriptions of other connections',
  },
  { pattern: /\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(/i, reason: 'session locks exclude nobody here; use pg_advisory_xact_lock' },
  { pattern: startsWith(String.raw`COPY\b[\s\S]*\b(?:FROM\s+STDIN|TO\s+STDOUT)`), reason: 'COPY through the connection is not supported' },
];
const settingWords = startsWith('SET|RESET');
const setConfig = /\bset_config\s*\(/i;
const subscription = new RegExp(String.raw`${start}(LISTEN|UNLISTEN)\s+(\*|"(?:[^"]|"")+"|[\w$]+)`, 'gi');

/** Why a statement is refused, or undefined. */
export function refusal(sql: string): string | undefined {
  const found = refusals.find(({ pattern }) => pattern.test(sql));
  return found && `the embedded database has one session for all connections: ${found.reason}`;
}

/** Whether it may change a setting of the session. */
export const changesSettings = (sql: string): boolean => settingWords.test(sql) || setConfig.test(sql);

export interface Subscription {
  listen: boolean;
  /** Channel as notifications name it; `*` for all (of UNLISTEN). */
  channel: string;
}

/** The LISTEN and UNLISTEN statements in a text, in order. */
export function subscriptions(sql: string): Subscription[] {
  return [...sql.matchAll(subscription)].map(([, word = '', name = '']) => ({
    listen: word.toUpperCase() === 'LISTEN',
    channel: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  }));
}

/** A channel as LISTEN takes it. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
