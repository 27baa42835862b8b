/** What happened, by what it happened to: a snapshot's id, or the name of a process or a store. */
export interface Journal {
  /** Milliseconds since the start of the proof. */
  nowMs(): number;
  note(subject: string, what: string): void;
  /** The lines about a subject, with their times. */
  of(subject: string): string[];
  /** Counts, for the ledger. */
  count(what: string, by?: number): void;
  counted(what: string): number;
}

export function createJournal(): Journal {
  const startedAtMs = performance.now();
  const lines = new Map<string, string[]>();
  const counts = new Map<string, number>();
  const nowMs = (): number => performance.now() - startedAtMs;
  return {
    nowMs,
    note: (subject, what) => {
      const own = lines.get(subject) ?? [];
      own.push(`${(nowMs() / 1_000).toFixed(1).padStart(7)} s  ${what}`);
      lines.set(subject, own);
    },
    of: (subject) => lines.get(subject) ?? [],
    count: (what, by = 1) => void counts.set(what, (counts.get(what) ?? 0) + by),
    counted: (what) => counts.get(what) ?? 0,
  };
}
