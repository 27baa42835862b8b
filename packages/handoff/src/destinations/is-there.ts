import { throwIfAborted, within } from '@watchpost/shared/wait';

/** A server that takes longer has not answered. Milliseconds. */
const timeoutMs = 10_000;
/** These say that HEAD is not for them. */
const headless = new Set([400, 403, 405, 501]);

/**
 * Asks for a picture as a reader would. A redirect leads elsewhere, and a page in its place is no picture: neither is there. A server that
 * does not answer has not got it yet.
 */
export async function isPictureThere(url: string, signal: AbortSignal): Promise<boolean> {
  const either = within(signal, timeoutMs);
  const ask = async (method: 'HEAD' | 'GET'): Promise<Response> => {
    const response = await fetch(url, { method, redirect: 'manual', headers: { 'cache-control': 'no-cache' }, signal: either });
    await response.body?.cancel();
    return response;
  };
  try {
    const head = await ask('HEAD');
    const { ok, headers } = headless.has(head.status) ? await ask('GET') : head;
    return ok && !/^text\/html\b/i.test(headers.get('content-type') ?? '');
  } catch {
    throwIfAborted(signal);
    return false;
  }
}
