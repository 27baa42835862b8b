import type { Logger } from '@watchpost/shared/observability/logger';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** PostgreSQL's severities. An error ends a statement, a fatal error a connection or a start; a panic ends the server. */
const levels: Record<string, Level> = {
  LOG: 'info',
  INFO: 'info',
  NOTICE: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  FATAL: 'error',
  PANIC: 'fatal',
};

/** A line of the server's log (English, without a prefix) as level and text. Lines of the loader or of `unshare` count as errors. */
export function parseServerLine(line: string): { level: Level; text: string } {
  const [, severity = '', text = ''] = /^([A-Z]+)\d?: {2}(.*)$/.exec(line) ?? [];
  // Sent to every connection while the server starts or stops.
  if (/^the database system is |^terminating connection due to administrator command/.test(text)) return { level: 'debug', text };
  if (text === '') return { level: line.startsWith('\t') ? 'info' : 'error', text: line.trim() };
  return { level: levels[severity] ?? 'debug', text };
}

/** How long a line that is repeated is not logged again: on a full disk each statement of each connection leaves the same one. */
const silenceMs = 10_000;

/** Passes the server's lines on to our log. */
export function createServerLog(log: Logger): (line: string) => void {
  let last = { line: '', atMs: 0 };
  return (line) => {
    if (line === last.line && Date.now() - last.atMs < silenceMs) return;
    last = { line, atMs: Date.now() };
    const { level, text } = parseServerLine(line);
    log[level](text);
  };
}
