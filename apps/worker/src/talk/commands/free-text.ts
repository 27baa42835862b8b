import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { say } from '@watchpost/shared/chat/say';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { Talker } from '../talker.ts';

/** What is said to what answers nothing. */
export async function freeText(_text: string, _talker: Talker, _deps: TalkDeps, _signal: AbortSignal): Promise<TalkMessage | null> {
  return messageOf(say`Reading you 5x5.`);
}

/** What is said to a command that there is not. */
export function unknownCommand(name: string, _talker: Talker, _deps: TalkDeps): TalkMessage {
  return messageOf(say`There is no command /${name}. Try /help.`);
}
