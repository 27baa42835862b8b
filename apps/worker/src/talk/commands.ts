import { accessCommands } from './access-commands.ts';
import { cancelCommand } from './cancel-command.ts';
import { chart } from './commands/chart.ts';
import { commandsAboutFaces } from './commands/listed.ts';
import { wordCommands } from './commands/word-commands.ts';
import type { ListedCommand } from './commands/words-deps.ts';
import { convertCommand } from './convert/convert-command.ts';
import type { TalkDeps } from './deps.ts';
import type { TalkCommand } from './talk-command.ts';

/** Every command of conversations, as menus and /help list them. */
export const talkCommands: readonly TalkCommand<TalkDeps>[] = [...wordCommands, chart, convertCommand, cancelCommand, ...accessCommands];

/** The same with those that are answered as commands about faces. */
export const listedCommands: readonly ListedCommand[] = [...commandsAboutFaces, ...talkCommands];
