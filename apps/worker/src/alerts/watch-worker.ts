import type { Held } from '@watchpost/shared/jobs/job-need';
import { pause } from '@watchpost/shared/wait';
import type { Alerts } from '@watchpost/shared/alerts/alerts';

/** What this process knows of itself. */
export interface WorkerWatch {
  held: () => readonly Held[] | null;
  /** A newer release keeps the gallery. */
  isOutdated: () => boolean;
  alerts: Alerts;
  now?: () => number;
  /** Between two looks, milliseconds. */
  everyMs?: number;
}

/** A gallery that loads, a database that starts again: nobody need come for that. Milliseconds. */
const patienceMs = 60_000;
/** What goes on is raised again so often: it has not become quiet. Milliseconds. */
const remindMs = 600_000;

/** Raises what jobs of this process wait for, until `stopping` aborts. */
export async function watchWorker(
  { held, isOutdated, alerts, now = Date.now, everyMs = 2_000 }: WorkerWatch,
  stopping: AbortSignal,
): Promise<void> {
  const known = new Map<string, { sinceMs: number; raisedAtMs: number | null }>();
  while (!stopping.aborted) {
    const wrong = wrongNow(held() ?? [], isOutdated());
    for (const [topic, { text, code, isPatient }] of wrong) {
      const entry = known.get(topic) ?? { sinceMs: now(), raisedAtMs: null };
      known.set(topic, entry);
      if (isPatient && now() - entry.sinceMs < patienceMs) continue;
      if (entry.raisedAtMs !== null && now() - entry.raisedAtMs < remindMs) continue;
      entry.raisedAtMs = now();
      alerts.raise({ topic, text, code });
    }
    for (const [topic, { raisedAtMs }] of known) {
      if (wrong.has(topic)) continue;
      known.delete(topic);
      if (raisedAtMs !== null) alerts.clear(topic);
    }
    await pause(everyMs, stopping).catch(() => undefined);
  }
}

interface Wrong {
  text: string;
  code: 'database-newer' | null;
  /** It may be over soon. */
  isPatient: boolean;
}

function wrongNow(held: readonly Held[], isOutdated: boolean): Map<string, Wrong> {
  const wrong = new Map<string, Wrong>();
  if (isOutdated) {
    const text = 'a newer release of watchpost keeps the database: update this worker';
    wrong.set('database-newer', { text, code: 'database-newer', isPatient: false });
  }
  for (const { need, reason } of held)
    wrong.set(`jobs-held-${need}`, { text: `jobs wait: ${reason}`, code: null, isPatient: need === 'gallery' });
  return wrong;
}
