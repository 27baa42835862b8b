import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { CommandName } from '@watchpost/talk/words/words';
import type { Talker } from './talker.ts';

/** A command that somebody can type in a conversation: `/slog list`. `D`: what it works with. */
export interface TalkCommand<D> {
  /** Without the slash. What it does, the words say, for /help and the platform's menu. */
  name: CommandName;
  /** Only for admins; others are told so. */
  admin?: true;
  /** Only where nobody else reads along; elsewhere one line says so. */
  privately?: true;
  /** `typed`: what follows the name, trimmed. Resolves to what is answered; null: it has answered itself, or nothing is to be said. */
  run: (typed: string, talker: Talker, deps: D, signal: AbortSignal) => Promise<TalkMessage | null>;
}
