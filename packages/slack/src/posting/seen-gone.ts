import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';

/**
 * Looks whether what Slack says is deleted is gone; `waitsMs`: the waits before each further look, as what others read may be a little older.
 * Where Slack does not let us look, its word counts. Rejects with `removal-unconfirmed` while it is still shown, or as SlackCall.
 */
export async function seenGone(
  what: 'message' | 'file',
  isThere: () => Promise<boolean>,
  waitsMs: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  for (const waitMs of [0, ...waitsMs]) {
    if (waitMs > 0) await pause(waitMs, signal);
    try {
      if (!(await isThere())) return;
    } catch (error) {
      if (error instanceof AppError && error.retry !== 'transient') return;
      throw error;
    }
  }
  throw new AppError('removal-unconfirmed', `Slack says that it has deleted the ${what}, and still shows it`);
}
