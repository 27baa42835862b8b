import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { TalkCommand } from '../talk-command.ts';
import { commandsFor } from './listed.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** Whether links are converted here. */
const takesLinks = ({ listed }: Pick<WordsDeps, 'listed'>): boolean => listed.some(({ name }) => name === 'convert');

/** `/start`: what we can do. A code behind it was somebody else's business before. */
export const start: TalkCommand<WordsDeps> = {
  name: 'start',
  run: async (_typed, talker, deps) => {
    const { greeting } = wordsOf(talker, deps);
    return messageOf(linesOf([greeting.hello(talker.name), ...greeting.can(takesLinks(deps))]));
  },
};

/** `/help`: all commands that this person may use. */
export const help: TalkCommand<WordsDeps> = {
  name: 'help',
  run: async (_typed, talker, deps) => {
    const words = wordsOf(talker, deps);
    const mine = commandsFor(talker.role, deps.listed);
    const lineOf = (command: (typeof mine)[number]) => words.help.line(command.name, words.does[command.name]);
    const usual = mine.filter(({ admin }) => admin !== true).map((command) => lineOf(command));
    const forAdmins = mine.filter(({ admin }) => admin === true).map((command) => lineOf(command));
    const more = forAdmins.length === 0 ? [] : [[], words.help.admins, ...forAdmins];
    return messageOf(linesOf([words.help.heading, ...usual, words.help.photo(takesLinks(deps)), ...more]));
  },
};
