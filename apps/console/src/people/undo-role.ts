import type { AuditStore } from '@watchpost/gallery/store';
import { AppError } from '@watchpost/shared/errors';
import { mayAct, type User } from '../sign-in/user.ts';

/** Whoever may not forget somebody may not bring them back. Rejects with `request-forbidden`. */
export async function checkMayUndo(
  entries: readonly string[],
  user: User | null,
  audit: Pick<AuditStore, 'find'>,
  signal: AbortSignal,
): Promise<void> {
  if (user && mayAct(user, 'admin')) return;
  for (const id of entries) {
    const found = await audit.find(id, signal);
    if (found.some(({ action }) => action === 'forget'))
      throw new AppError('request-forbidden', 'only an admin brings back somebody who was forgotten');
  }
}
