import { commands } from './en/commands.ts';
import { talk } from './en/talk.ts';

/** Everything that is said in conversations, in English. */
export const en = { ...commands, ...talk };
