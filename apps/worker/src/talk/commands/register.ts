import { wordsFor } from '@watchpost/talk/words/words';
import { askToErase } from '../dialog-kinds/erase.ts';
import { beginRegistration } from '../dialog-kinds/register.ts';
import { linesOf, textMessage } from '../messages.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** `/register`, `/register show`, `/register erase`. */
export const register: TalkCommand<WordsDeps> = {
  name: 'register',
  description: wordsFor(null).does.register,
  privately: true,
  run: async (typed, talker, deps, signal) => {
    const { registration } = wordsOf(talker, deps);
    const asked = typed.trim().toLowerCase();
    if (asked === '') return beginRegistration(talker, deps, signal);
    if (asked !== 'show' && asked !== 'erase') return textMessage(registration.usage);
    const stored = await deps.registrations.get(talker.who, signal);
    if (!stored) return textMessage(asked === 'show' ? registration.none : registration.nothingToErase);
    if (asked === 'erase') return askToErase({ what: 'registration' }, registration.askErase, talker, deps, signal);
    const { surname, age, gender, atMs } = stored;
    return textMessage(linesOf([registration.stored(atMs), registration.summary(surname, age, gender)]));
  },
};
