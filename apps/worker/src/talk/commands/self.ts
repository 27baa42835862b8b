import { channelId } from '@watchpost/shared/chat/chat';
import { askToErase, whatThereIs } from '../dialog-kinds/erase.ts';
import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

/** `/whoami`: somebody's number and role, and what is kept of them. */
export const whoami: TalkCommand<WordsDeps> = {
  name: 'whoami',
  privately: true,
  run: async (_typed, talker, deps, signal) => {
    const { self } = wordsOf(talker, deps);
    const { entries, isRegistered, dialogs, orders } = await whatThereIs(talker, deps, signal);
    return messageOf(
      linesOf([
        self.you(talker.member, talker.name),
        self.role[talker.role],
        self.keep,
        self.keepsAccess,
        ...(entries > 0 ? [self.keepsLog(entries)] : []),
        ...(isRegistered ? [self.keepsRegistration] : []),
        ...(orders > 0 ? [self.keepsOrders(orders)] : []),
        ...(dialogs > 0 ? [self.keepsDialogs(dialogs)] : []),
        self.howToErase,
      ]),
    );
  },
};

/** `/id`: the numbers that an admin needs to let somebody in. */
export const id: TalkCommand<WordsDeps> = {
  name: 'id',
  run: async (_typed, talker, deps) => {
    const { self } = wordsOf(talker, deps);
    const chat = talker.isPrivate ? [] : [self.thisChat(channelId(talker.chat))];
    return messageOf(linesOf([self.you(talker.member, talker.name), ...chat]));
  },
};

/** `/privacy`: what is kept of whom. */
export const privacy: TalkCommand<WordsDeps> = {
  name: 'privacy',
  run: async (_typed, talker, deps) => messageOf(linesOf(wordsOf(talker, deps).self.privacy(deps.keepDays))),
};

/** `/erase`: everything that is kept of this person but their access; asks back. */
export const erase: TalkCommand<WordsDeps> = {
  name: 'erase',
  privately: true,
  run: async (_typed, talker, deps, signal) => askToErase({ what: 'all' }, wordsOf(talker, deps).self.askErase, talker, deps, signal),
};
