import { percentile, rounded } from '../report/statistics.ts';
import type { ConsoleCall } from './calls.ts';

/** How long one call takes. */
export interface CallTimes {
  name: string;
  calls: number;
  p50Ms: number;
  p99Ms: number;
  /** The body of the last answer. */
  bytes: number;
  /** What was answered instead of what was asked for; null: nothing. */
  fault: string | null;
}

/** The first calls of each are not counted: the database reads its pages from the disk, and the code becomes fast. */
const warmUp = 5;

/** Makes each call so often, one after the other as a browser waits for it. A call that the API does not have is left out. */
export async function measureCalls(
  calls: readonly ConsoleCall[],
  { url, token, rounds }: { url: string; token: string; rounds: number },
  signal: AbortSignal,
): Promise<CallTimes[]> {
  const measured: CallTimes[] = [];
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (const [index, { name, method, path, body }] of calls.entries()) {
    // As if each kind of call came from somebody else through a proxy: the console slows down whoever asks without a pause.
    const from = { ...headers, 'x-forwarded-for': `192.0.2.${String(1 + index)}` };
    const times: number[] = [];
    let [bytes, fault]: [number, string | null] = [0, null];
    for (let round = 0; round < warmUp + rounds; round += 1) {
      const init: RequestInit = { method, headers: from, signal, ...(body && { body: JSON.stringify(body(round)) }) };
      const startMs = performance.now();
      const answer = await fetch(`${url}${path(round)}`, init);
      const received = await answer.arrayBuffer();
      if (round >= warmUp) times.push(performance.now() - startMs);
      bytes = received.byteLength;
      if (!answer.ok) fault = `${String(answer.status)} ${new TextDecoder().decode(received).slice(0, 120)}`;
    }
    measured.push({
      name,
      calls: times.length,
      p50Ms: rounded(percentile(times, 0.5), 1),
      p99Ms: rounded(percentile(times, 0.99), 1),
      bytes,
      fault,
    });
  }
  return measured;
}
