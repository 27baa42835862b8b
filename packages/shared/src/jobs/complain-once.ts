import type { Logger } from '../observability/logger.ts';

/** A queue that is away reports the same error at every try to reconnect: one line for each kind of error a minute is enough. */
export function complainOnce(log: Logger, everyMs = 60_000): (error: Error) => void {
  const last = new Map<string, number>();
  return (error) => {
    const kind = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const now = Date.now();
    if (now - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    if (last.size > 50) last.clear();
    last.set(kind, now);
    log.warn({ err: error }, 'queue connection');
  };
}
