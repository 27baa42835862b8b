import { askToErase } from '../dialog-kinds/erase.ts';
import { beginRegistration } from '../dialog-kinds/register.ts';
import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** `/register`, `/register show`, `/register erase`. */
export const register: TalkCommand<WordsDeps> = {
  name: 'register',
  privately: true,
  run: async (typed, talker, deps, signal) => {
    const { registration } = wordsOf(talker, deps);
    const asked = typed.trim().toLowerCase();
    if (asked === '') return beginRegistration(talker, deps, signal);
    if (asked !== 'show' && asked !== 'erase') return messageOf(registration.usage);
    const stored = await deps.registrations.get(talker.who, signal);
    if (!stored) return messageOf(asked === 'show' ? registration.none : registration.nothingToErase);
    if (asked === 'erase') return askToErase({ what: 'registration' }, registration.askErase, talker, deps, signal);
    const { surname, age, gender, atMs } = stored;
    return messageOf(linesOf([registration.stored(atMs), registration.summary(surname, age, gender)]));
  },
};
