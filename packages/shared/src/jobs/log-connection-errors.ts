import type { Logger } from '../observability/logger.ts';

/** A client whose server is away reports the same error at every reconnect: logs each kind of error once per `everyMs`. */
export function logConnectionErrors(log: Logger, everyMs = 60_000): (error: Error) => void {
  const lastMs = new Map<string, number>();
  return (error) => {
    const kind = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const now = Date.now();
    if (now - (lastMs.get(kind) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    if (lastMs.size > 50) lastMs.clear();
    lastMs.set(kind, now);
    log.warn({ err: error }, 'queue connection error');
  };
}
