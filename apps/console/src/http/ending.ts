import type { FastifyReply, FastifyRequest } from 'fastify';

/** No page waits longer for an answer. Milliseconds. */
const longestMs = 20_000;

/**
 * The signal of a request. What only looks ends with whoever asked; a change that has begun goes on when they leave, so that what is done
 * is also on record.
 */
export function endingOf(request: FastifyRequest, { raw }: FastifyReply, stopping: AbortSignal): AbortSignal {
  const ending = new AbortController();
  const onStop = (): void => ending.abort(stopping.reason);
  const timer = setTimeout(() => ending.abort(new DOMException('the answer took too long', 'TimeoutError')), longestMs);
  timer.unref();
  if (stopping.aborted) onStop();
  else stopping.addEventListener('abort', onStop, { once: true });
  const looks = request.method === 'GET' || request.method === 'HEAD';
  raw.once('close', () => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', onStop);
    if (looks && !raw.writableFinished) ending.abort(new DOMException('nobody waits for the answer', 'AbortError'));
  });
  return ending.signal;
}
