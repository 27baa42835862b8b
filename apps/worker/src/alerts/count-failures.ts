import type { JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { toAppError } from '@watchpost/shared/errors';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { countOf } from '@watchpost/shared/chat/say';

export interface CountFailuresDeps {
  sender: Pick<JobSender, 'counts'>;
  alerts: Alerts;
  now: () => number;
}

const hourMs = 3_600_000;
/** Single jobs fail for reasons of their own, such as a picture that somebody deleted. In an hour. */
const mostFailures = 20;

/** The queue is connected a moment after the start, and says itself when it is away. */
function whileAway(error: unknown): null {
  if (toAppError(error).code === 'queue-unavailable') return null;
  throw error;
}

/** Raises kinds of jobs of which many have failed for good within an hour. Call it again and again. */
export function createCountFailures({ sender, alerts, now }: CountFailuresDeps): (signal: AbortSignal) => Promise<void> {
  let history: { atMs: number; failed: Map<JobKind, number> }[] = [];
  return async () => {
    const failed = new Map<JobKind, number>();
    const counts = await sender.counts().catch(whileAway);
    if (!counts) return;
    for (const { kind, state, count } of counts) if (state === 'failed') failed.set(kind, count);
    history = history.filter(({ atMs }) => now() - atMs <= hourMs);
    for (const [kind, count] of failed) {
      // Old ones are removed meanwhile: from the least that there were.
      const least = Math.min(count, ...history.map((each) => each.failed.get(kind) ?? 0));
      if (count - least < mostFailures) continue;
      const text = `${countOf(count - least, 'job')} of the kind ${kind} failed for good within an hour: \`watchpost jobs list\` shows why`;
      alerts.raise({ topic: `jobs-failed-${kind}`, text, code: null });
      // Said; from here it counts anew.
      for (const each of history) each.failed.set(kind, count);
    }
    history.push({ atMs: now(), failed });
  };
}
