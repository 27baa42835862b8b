import { AppError } from '@watchpost/shared/errors';
import { backoffMs, retry } from '@watchpost/shared/retry';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;

function failing(errors: unknown[]): () => Promise<string> {
  return async () => {
    if (errors.length === 0) return 'done';
    throw errors.shift();
  };
}

describe('backoffMs', () => {
  it('doubles from the first wait up to the longest', () => {
    expect([1, 2, 3, 4, 20].map((failures) => backoffMs(failures, { firstMs: 100, maxMs: 500 }))).toEqual([100, 200, 400, 500, 500]);
  });
});

describe('retry', () => {
  it('tries until it succeeds, and tells of each failure and wait', async () => {
    const told: unknown[] = [];
    const result = await retry(
      failing([new Error('one'), new Error('two')]),
      { backoff: { firstMs: 1, maxMs: 2 }, onRetry: (error, next) => told.push([error, next]) },
      never,
    );
    expect(result).toBe('done');
    expect(told).toEqual([
      [new Error('one'), { failures: 1, waitMs: 1 }],
      [new Error('two'), { failures: 2, waitMs: 2 }],
    ]);
  });

  it('waits as long as the other side asked where that is longer', async () => {
    const waits: number[] = [];
    await retry(
      failing([new AppError('chat-rate-limited', 'slow down', { retryAfterMs: 20 })]),
      { backoff: { firstMs: 1, maxMs: 2 }, onRetry: (_, { waitMs }) => waits.push(waitMs) },
      never,
    );
    expect(waits).toEqual([20]);
  });

  it('rethrows what another try cannot help', async () => {
    const fatal = new Error('fatal');
    await expect(
      retry(failing([fatal]), { backoff: { firstMs: 1, maxMs: 1 }, onRetry: () => undefined, retryIf: () => false }, never),
    ).rejects.toBe(fatal);
  });

  it('rethrows the error of work that fails after the signal has aborted', async () => {
    const stop = new AbortController();
    const failed = new Error('interrupted');
    let retries = 0;
    const trying = retry(
      async () => {
        stop.abort();
        throw failed;
      },
      { backoff: { firstMs: 1, maxMs: 1 }, onRetry: () => (retries += 1) },
      stop.signal,
    );
    await expect(trying).rejects.toBe(failed);
    expect(retries).toBe(0);
  });

  it('gives up in the middle of a wait when the signal aborts', async () => {
    const stop = new AbortController();
    const trying = retry(
      failing([new Error('one')]),
      { backoff: { firstMs: 60_000, maxMs: 60_000 }, onRetry: () => stop.abort() },
      stop.signal,
    );
    await expect(trying).rejects.toMatchObject({ code: 'aborted' });
  });
});
