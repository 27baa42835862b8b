import type { Metrics } from '@watchpost/shared/observability/metrics';

/** What the console counts. Labels have few values: routes by their patterns, reasons by their codes; none of them from outside. */
export interface ConsoleMetrics {
  /** One answer of the API. `route`: its pattern. */
  answered(request: { route: string; status: number; seconds: number }): void;
  /** A request that was refused, or failed. */
  refused(code: string): void;
  /** Somebody tried to sign in. */
  signIn(outcome: 'signed-in' | 'refused' | 'limited'): void;
  /** Sets what is read for each scrape. */
  set(values: { readers: number }): void;
}

/** Seconds. Pages are to be answered within 0.2 s. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

export function createConsoleMetrics(metrics: Metrics): ConsoleMetrics {
  const requests = metrics.histogram(
    'console_request_seconds',
    'Time from a request of the API to its answer',
    ['route', 'status'],
    buckets,
  );
  const refusals = metrics.counter('console_refusals_total', 'Requests that were refused or failed, by the error code', ['reason']);
  const signIns = metrics.counter('console_sign_ins_total', 'Attempts to sign in by the password or the link', ['outcome']);
  const readers = metrics.gauge('console_stream_readers', 'Pages that listen for changes at the moment');
  return {
    answered: ({ route, status, seconds }) => requests.observe({ route, status: `${String(Math.floor(status / 100))}xx` }, seconds),
    refused: (reason) => refusals.inc({ reason }),
    signIn: (outcome) => signIns.inc({ outcome }),
    set: (values) => readers.set(values.readers),
  };
}
