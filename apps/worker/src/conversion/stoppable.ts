import type { Conversion, Conversions } from './conversions.ts';

/** How soon a wish to stop is seen: within a second all has ended. Milliseconds. */
const lookEveryMs = 400;

/** The signal of a job that also aborts when somebody wants the conversion to stop. */
export interface Stoppable {
  signal: AbortSignal;
  isWanted(): boolean;
  /** Stops looking. */
  end(): void;
}

/** Looks into the conversion's document, where whoever is asked to stop it, in another process perhaps, writes that. */
export function stoppable({ id, isCancelled }: Conversion, conversions: Pick<Conversions, 'get'>, signal: AbortSignal): Stoppable {
  const stop = new AbortController();
  let isWanted = isCancelled;
  const onAbort = (): void => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const look = setInterval(() => {
    conversions.get(id, stop.signal).then(
      (now) => {
        if ((now?.isCancelled !== true && now?.state !== 'over') || stop.signal.aborted) return;
        isWanted = true;
        stop.abort();
      },
      // The database is away: the next look tells.
      () => undefined,
    );
  }, lookEveryMs);
  return {
    signal: stop.signal,
    isWanted: () => isWanted,
    end: () => {
      clearInterval(look);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
