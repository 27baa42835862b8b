import { AppError } from '@watchpost/shared/errors';
import { freeWaitsMs, outcomeOf } from '@watchpost/shared/jobs/job-outcome';
import { describe, expect, it } from 'vitest';

const gone = new AppError('file-gone', 'x');
const limited = new AppError('chat-rate-limited', 'x');

describe('what becomes of a job that failed', () => {
  it('fails if no attempt can help, even with a delay', () => {
    expect(outcomeOf(gone, undefined, 0)).toEqual({ action: 'fail' });
    expect(outcomeOf(gone, 1_000, 0)).toEqual({ action: 'fail' });
  });

  it('is tried again after its own pause', () => {
    expect(outcomeOf(limited, undefined, 0)).toEqual({ action: 'retry' });
  });

  it('waits as long as the other side asks, in whole milliseconds and never none', () => {
    expect(outcomeOf(limited, 30_000, 0)).toEqual({ action: 'delay', delayMs: 30_000 });
    expect(outcomeOf(limited, 1_000.4, 0)).toEqual({ action: 'delay', delayMs: 1_001 });
    expect(outcomeOf(limited, 0, 0)).toEqual({ action: 'delay', delayMs: 100 });
  });

  it('uses up attempts once it has been put off for too long', () => {
    expect(outcomeOf(limited, 30_000, freeWaitsMs - 1)).toMatchObject({ action: 'delay' });
    expect(outcomeOf(limited, 30_000, freeWaitsMs)).toEqual({ action: 'retry' });
  });
});
