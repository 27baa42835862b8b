import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Dialog } from '@watchpost/talk/dialogs';
import { messageOf } from './answering.ts';
import { wordsOf } from './commands/words-deps.ts';
import type { TalkDeps } from './deps.ts';
import { endDialog, kindOf, topicOf } from './ending.ts';
import type { TalkCommand } from './talk-command.ts';
import type { Talker } from './talker.ts';

/** `/cancel`: ends the dialog that somebody went on with last; `/cancel all`: all of them. */
export const cancelCommand: TalkCommand<TalkDeps> = {
  name: 'cancel',
  run: async (typed, talker, deps, signal) => {
    const open = (await deps.dialogs.openOf(talker.chat, talker.member, signal)).filter((dialog) => !kindOf(dialog)?.isOver?.(dialog));
    const ending = /^all\b/i.test(typed) ? open : open.slice(0, 1);
    for (const dialog of ending) await endDialog(dialog, 'cancelled', talker, deps, signal);
    return messageOf(textOf(ending, open.length - ending.length, talker, deps));
  },
};

function textOf(ended: readonly Dialog[], left: number, talker: Talker, deps: TalkDeps): RichText {
  const words = wordsOf(talker, deps).talk;
  if (ended.length === 0) return words.nothingToCancel();
  const said = words.cancelledThese(ended.map((dialog) => topicOf(dialog, deps)));
  return left === 0 ? said : [...said, ...words.moreToCancel(left)];
}
