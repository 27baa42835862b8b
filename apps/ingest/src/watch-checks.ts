import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { pause, raceAbort, within } from '@watchpost/shared/wait';
import type { Intake } from './platforms/platform.ts';

export interface WatchChecksOptions {
  intakes: readonly Pick<Intake, 'checks'>[];
  alerts: Alerts;
  now?: () => number;
  /** Between two looks, milliseconds. */
  everyMs?: number;
}

/** A process that has just started, a connection that is made anew: nobody need come for that. Milliseconds. */
const patienceMs = 60_000;
/** What goes on is raised again so often: it has not become quiet. Milliseconds. */
const remindMs = 600_000;
const checkTimeoutMs = 5_000;

/** Raises what the readiness of the platforms says that a person must do, until `stopping` aborts. What is merely not ready says nothing. */
export async function watchChecks(
  { intakes, alerts, now = Date.now, everyMs = 10_000 }: WatchChecksOptions,
  stopping: AbortSignal,
): Promise<void> {
  const known = new Map<string, { sinceMs: number; raisedAtMs: number | null }>();
  const look = async (name: string, check: Intake['checks'][string]): Promise<void> => {
    const found = await raceAbort(Promise.resolve().then(check), within(stopping, checkTimeoutMs)).catch(() => false);
    const topic = `ingest-${name}`;
    const entry = known.get(topic);
    if (found === true) {
      known.delete(topic);
      if (entry && entry.raisedAtMs !== null) alerts.clear(topic);
      return;
    }
    if (typeof found !== 'string') return;
    const { sinceMs, raisedAtMs } = entry ?? { sinceMs: now(), raisedAtMs: null };
    const isDue = now() - sinceMs >= patienceMs && (raisedAtMs === null || now() - raisedAtMs >= remindMs);
    known.set(topic, { sinceMs, raisedAtMs: isDue ? now() : raisedAtMs });
    if (isDue) alerts.raise({ topic, text: `${name}: ${found}`, code: null });
  };
  const checks = intakes.flatMap((intake) => Object.entries(intake.checks));
  while (!stopping.aborted && checks.length > 0) {
    await Promise.all(checks.map(async ([name, check]) => look(name, check)));
    await pause(everyMs, stopping).catch(() => undefined);
  }
}
