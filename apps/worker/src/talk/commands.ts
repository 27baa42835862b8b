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

/** Which commands are of use here: there may be nothing to convert, or no numbers. */
export interface Use {
  converts: boolean;
  collects: boolean;
}

/** The same with those that are answered as commands about faces; without what would only say that it is switched off. */
export const listedCommands = ({ converts, collects }: Use): readonly ListedCommand[] => [
  ...commandsAboutFaces,
  ...talkCommands.filter(({ name }) => (name === 'convert' ? converts : name === 'chart' ? collects : true)),
];
