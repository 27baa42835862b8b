import type { Logger } from '@watchpost/shared/observability/logger';
import type { GalleryMetrics } from '../metrics.ts';
import type { ChangeBatch, Fault } from '../store.ts';

/** The documents or rows that cannot be read as they are. */
export interface FaultLog {
  /** Notes the faults of a batch, and that those of which it has none are mended. Each fault is logged once, the first of many only. */
  take(batch: ChangeBatch): void;
  /** Forgets those that are no longer in the database. */
  keep(kind: Fault['kind'], isThere: (id: string) => boolean): void;
  clear(): void;
}

/** As many as anybody would read. */
const mostKept = 10_000;
/** In the log within a minute: a program may have written all persons in another way. */
const mostLogged = { lines: 20, withinMs: 60_000 };
const kinds = ['person', 'face', 'pair'] as const;

export function createFaultLog({ metrics, log }: { metrics: GalleryMetrics; log: Logger }): FaultLog {
  const known = { person: new Map<string, string>(), face: new Map<string, string>(), pair: new Map<string, string>() };
  let window = { endsMs: -Infinity, lines: 0 };
  const warn = (fault: Fault): void => {
    if (performance.now() > window.endsMs) window = { endsMs: performance.now() + mostLogged.withinMs, lines: 0 };
    window.lines += 1;
    if (window.lines <= mostLogged.lines)
      log.warn({ ...fault }, 'the database holds something that was edited by hand and cannot be read as it is: watchpost check');
    else if (window.lines === mostLogged.lines + 1)
      log.warn('the database holds more that cannot be read as it is: watchpost check lists all of it');
  };
  const count = (): void => {
    for (const kind of kinds) metrics.faults.set({ kind }, known[kind].size);
  };
  return {
    take: ({ persons, faces, pairs, faults }) => {
      const read = { person: persons, face: faces, pair: pairs };
      const faulty = new Set(faults.map(({ kind, id }) => `${kind} ${id}`));
      for (const kind of kinds) {
        if (known[kind].size === 0) continue;
        for (const { id } of read[kind]) if (!faulty.has(`${kind} ${id}`)) known[kind].delete(id);
      }
      for (const { kind, id, problem } of faults) {
        if (known[kind].get(id) === problem || known[kind].size >= mostKept) continue;
        known[kind].set(id, problem);
        warn({ kind, id, problem });
      }
      count();
    },
    keep: (kind, isThere) => {
      for (const id of known[kind].keys()) if (!isThere(id)) known[kind].delete(id);
      count();
    },
    clear: () => {
      for (const kind of kinds) known[kind].clear();
      count();
    },
  };
}
