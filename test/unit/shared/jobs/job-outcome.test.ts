import { AppError } from '@watchpost/shared/errors';
import { redeliveryWindowMs } from '@watchpost/shared/jobs/job-kind';
import { outcomeOf } from '@watchpost/shared/jobs/job-outcome';
import { describe, expect, it } from 'vitest';

describe('what becomes of a job that failed', () => {
  it('fails if no attempt can help, even with a delay', () => {
    expect(outcomeOf(new AppError('file-gone', 'x'), 0)).toEqual({ action: 'fail' });
    expect(outcomeOf(new AppError('file-gone', 'x', { retryAfterMs: 1_000 }), 0)).toEqual({ action: 'fail' });
  });

  it('is tried again after its own pause', () => {
    expect(outcomeOf(new AppError('download-failed', 'x'), 0)).toEqual({ action: 'retry' });
  });

  it('waits as long as the other side asks, in whole milliseconds and never none', () => {
    const limited = (retryAfterMs: number): AppError => new AppError('chat-rate-limited', 'x', { retryAfterMs });
    expect(outcomeOf(limited(30_000), 0)).toEqual({ action: 'delay', delayMs: 30_000 });
    expect(outcomeOf(limited(1_000.4), 0)).toEqual({ action: 'delay', delayMs: 1_001 });
    expect(outcomeOf(limited(0), 0)).toEqual({ action: 'delay', delayMs: 100 });
  });

  it('uses up attempts once it has been put off for too long', () => {
    const limited = new AppError('chat-rate-limited', 'x', { retryAfterMs: 30_000 });
    expect(outcomeOf(limited, redeliveryWindowMs)).toMatchObject({ action: 'delay' });
    expect(outcomeOf(limited, redeliveryWindowMs + 1)).toEqual({ action: 'retry' });
  });
});
