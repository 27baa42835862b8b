import { enCommands } from './en-commands.ts';
import { enTalk } from './en-talk.ts';

/** Everything that is said in conversations, in English. */
export const en = { ...enCommands, talk: enTalk };
