import { accessCommands } from './access-commands.ts';
import { cancelCommand } from './cancel-command.ts';
import type { TalkDeps } from './deps.ts';
import type { TalkCommand } from './talk-command.ts';

/** Every command of conversations, as menus and /help list them. */
export const talkCommands: readonly TalkCommand<TalkDeps>[] = [cancelCommand, ...accessCommands];
