import type { ChatMembers } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';

/** To be written. */
export function createSlackMembers(_options: { call: SlackCall }): ChatMembers {
  const later = async (): Promise<never> => {
    throw new AppError('internal', 'to be written');
  };
  return { mayName: later, tell: later, answer: later, message: later, showHome: later, memberName: later, directChannel: later };
}
