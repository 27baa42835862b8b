import { wordsFor } from '@watchpost/talk/words/words';
import { linesOf, textMessage } from '../messages.ts';
import type { TalkCommand } from '../talk-command.ts';
import { commandsFor, descriptionOf } from './listed.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

const { does } = wordsFor(null);

/** `/start`: what we can do. A code behind it was somebody else's business before. */
export const start: TalkCommand<WordsDeps> = {
  name: 'start',
  description: does.start,
  run: async (_typed, talker, deps) => {
    const { greeting } = wordsOf(talker, deps);
    return textMessage(linesOf([greeting.hello(talker.name), ...greeting.can]));
  },
};

/** `/help`: all commands that this person may use. */
export const help: TalkCommand<WordsDeps> = {
  name: 'help',
  description: does.help,
  run: async (_typed, talker, deps) => {
    const words = wordsOf(talker, deps);
    const mine = commandsFor(talker.role, deps.listed);
    const lineOf = (command: (typeof mine)[number]) => words.help.line(command.name, descriptionOf(command, words));
    const usual = mine.filter(({ admin }) => admin !== true).map((command) => lineOf(command));
    const forAdmins = mine.filter(({ admin }) => admin === true).map((command) => lineOf(command));
    const more = forAdmins.length === 0 ? [] : [[], words.help.admins, ...forAdmins];
    return textMessage(linesOf([words.help.heading, ...usual, words.help.photo, ...more]));
  },
};
