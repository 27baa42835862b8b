import { wordsOf } from './commands/words-deps.ts';
import type { TalkWhat } from '@watchpost/shared/jobs/talk-job';
import { parseButtonData } from '@watchpost/talk/dialogs';
import { answer, messageOf } from './answering.ts';
import type { TalkDeps } from './deps.ts';
import { endDialog, kindOf } from './ending.ts';
import type { Talker } from './talker.ts';

export type PressedButton = Extract<TalkWhat, { did: 'pressed' }>;

/** Goes on with the dialog whose button somebody pressed; a button of one that has ended says so. */
export async function pressed({ messageId, data }: PressedButton, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { talk, chat, member } = talker;
  const over = wordsOf(talker, deps).talk.over();
  const meant = parseButtonData(data);
  const found = meant && (await deps.dialogs.get(meant.dialog, signal));
  const dialog = found?.chat === chat ? found : null;
  const kind = dialog && kindOf(dialog);
  if (!meant || !dialog || !kind) {
    // What a press carries can be forged: beside others it must not change what they read, such as a post.
    if (talker.isPrivate) await talk.edit({ chat, messageId }, messageOf(over), signal);
    else await talker.platform.members.tell({ member, channel: chat, thread: messageId, url: null }, over, signal);
    return;
  }
  if (dialog.member !== member) {
    await talker.platform.members.tell(
      { member, channel: chat, thread: messageId, url: null },
      wordsOf(talker, deps).talk.notYours(),
      signal,
    );
    return;
  }
  if (dialog.expiresAtMs <= Date.now()) return endDialog(dialog, 'expired', talker, deps, signal);
  // A worker was killed after it had sent the card, before it noted that.
  const known = dialog.cardId === null ? await deps.dialogs.save({ ...dialog, cardId: messageId }, signal) : dialog;
  return answer(await kind.pressed(known, meant.action, talker, deps, signal), talker, signal);
}
