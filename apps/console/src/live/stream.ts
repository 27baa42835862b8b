import type { ServerResponse } from 'node:http';
import { AppError } from '@watchpost/shared/errors';
import type { Live } from './hub.ts';
import type { TopicChange } from './topics.ts';

/** A beat so often keeps proxies from closing a stream that is quiet, and asks whether its reader may still look. Milliseconds. */
const heartbeatMs = 15_000;
/** A reader who does not read is cut off. Bytes. */
const mostBuffered = 262_144;

/** One change as an event of a stream: its JSON has no line breaks. */
export const eventOf = (change: TopicChange): string => `event: change\ndata: ${JSON.stringify(change)}\n\n`;

/** Pages know by it that the stream reaches them: a proxy may collect what it should pass on. */
const beatOf = (text: string): string => `event: beat\ndata: ${text}\n\n`;

/**
 * Writes changes to a reader until the reader leaves, stops reading, may look no longer, or we stop. The response's head is written
 * already. `mayLook` is asked at each heartbeat; `by` is who reads.
 */
export function streamTo(
  response: ServerResponse,
  { live, by, mayLook, heartbeat = heartbeatMs }: { live: Live; by: string; mayLook: () => Promise<boolean>; heartbeat?: number },
  stopping: AbortSignal,
): void {
  // It left while we asked who it is: no `close` will come any more.
  if (response.closed || response.destroyed) return;
  // It waits behind another answer on its connection, as no browser asks: it would not be told when that closes.
  if (response.socket === null) {
    response.end();
    return;
  }
  const write = (text: string): void => {
    if (response.writableLength > mostBuffered) response.destroy();
    else response.write(text);
  };
  const beat = setInterval(() => {
    write(beatOf('still here'));
    mayLook().then(
      (may) => {
        if (!may) response.end();
      },
      // The database is away: whoever looked goes on looking until it says otherwise. A token that is over is over.
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'request-unauthorised') response.end();
      },
    );
  }, heartbeat);
  const unsubscribe = live.subscribe((change) => write(eventOf(change)), by);
  const end = (): void => {
    response.end();
  };
  stopping.addEventListener('abort', end, { once: true });
  response.on('error', () => response.destroy());
  response.once('close', () => {
    clearInterval(beat);
    unsubscribe();
    stopping.removeEventListener('abort', end);
  });
  // Browsers come again after so many milliseconds when the stream breaks.
  write(`retry: 1000\n${beatOf('welcome')}`);
  if (stopping.aborted) end();
}
