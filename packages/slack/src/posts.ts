import type { ChatPosts } from '@watchpost/shared/chat/posts';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';

/** To be written. */
export function createSlackPosts(_options: { call: SlackCall; turns: Turns }): ChatPosts {
  const later = async (): Promise<never> => {
    throw new AppError('internal', 'to be written');
  };
  return { send: later, edit: later, swapPicture: later, upload: later };
}
