import type { FastifyReply, FastifyRequest } from 'fastify';

/** No page waits longer for an answer. Milliseconds. */
const longestMs = 20_000;

/**
 * The signal of a request. What only looks ends with whoever asked; a change that has begun goes on when they leave, so that what is done
 * is also on record.
 */
export function endingOf(request: FastifyRequest, { raw }: FastifyReply, stopping: AbortSignal): AbortSignal {
  const ending = new AbortController();
  const { socket } = request.raw;
  const looks = request.method === 'GET' || request.method === 'HEAD';
  const forget = (): void => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', onStop);
    raw.off('close', onClose);
    socket.off('close', onClose);
  };
  const end = (reason: unknown): void => {
    forget();
    ending.abort(reason);
  };
  const onStop = (): void => end(stopping.reason);
  const onClose = (): void => {
    if (raw.writableFinished) forget();
    else if (looks) end(new DOMException('nobody waits for the answer', 'AbortError'));
  };
  const timer = setTimeout(() => end(new DOMException('the answer took too long', 'TimeoutError')), longestMs);
  timer.unref();
  stopping.addEventListener('abort', onStop, { once: true });
  raw.once('close', onClose);
  // An answer that waits behind another one on its connection is not told that this has closed. Many may wait: that is no leak.
  socket.setMaxListeners(0);
  socket.once('close', onClose);
  if (stopping.aborted) onStop();
  else if (socket.destroyed) onClose();
  return ending.signal;
}
