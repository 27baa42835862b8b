import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import { AppError } from '@watchpost/shared/errors';

/** Removing what others wrote, in Slack. */
export function createSlackModeration(): ChatModeration {
  const todo = async (): Promise<never> => Promise.reject(new AppError('internal', 'not made yet'));
  return { canRemove: todo, removeMessage: todo, removeFile: todo, read: todo, recent: todo };
}
