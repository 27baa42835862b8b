/** `fault`: something does not work, or will be lost. `warning`: it works, but not for long, or badly. `note`: good to know. */
export type Severity = 'ok' | 'note' | 'warning' | 'fault';

/** What one check found. */
export interface Finding {
  /** What was looked at, such as `redis.eviction`; it stays the same in all releases. */
  id: string;
  severity: Severity;
  /** One sentence, with numbers; never a secret. */
  says: string;
  /** What to do, in one sentence; null: nothing. */
  repair: string | null;
}

/** Takes what a check finds, one by one. */
export interface Report {
  ok(id: string, says: string): void;
  note(id: string, says: string, repair?: string): void;
  warning(id: string, says: string, repair: string): void;
  fault(id: string, says: string, repair: string): void;
}

/** One look at something. What it has reported by then counts even where it fails, or is cut off. */
export interface Check {
  /** Of its findings, the beginning: `redis`. */
  id: string;
  /** What to do if it fails as a whole: the server does not answer, or refuses us. */
  repair: string;
  examine: (report: Report, signal: AbortSignal) => Promise<void>;
}

/** A report that writes into a list. */
export function reportTo(findings: Finding[]): Report {
  const add =
    (severity: Severity) =>
    (id: string, says: string, repair?: string): void =>
      void findings.push({ id, severity, says, repair: repair ?? null });
  return { ok: add('ok'), note: add('note'), warning: add('warning'), fault: add('fault') };
}
