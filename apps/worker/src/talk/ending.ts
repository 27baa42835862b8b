import { wordsOf } from './commands/words-deps.ts';
import type { Dialog } from '@watchpost/talk/dialogs';
import { quietly } from './admission.ts';
import type { TalkDeps } from './deps.ts';
import type { DialogKind } from './dialog-kind.ts';
import { dialogKinds } from './dialog-kinds.ts';
import type { Talker } from './talker.ts';

/** What the steps of a dialog mean; undefined: another version's. */
export const kindOf = ({ kind }: Pick<Dialog, 'kind'>): DialogKind<TalkDeps> | undefined => dialogKinds.find((each) => each.kind === kind);

/** What a dialog is about, in a few words. */
export const topicOf = (dialog: Dialog, deps: Pick<TalkDeps, 'talkLanguage'>): string =>
  kindOf(dialog)?.topic?.(dialog, wordsOf(dialog, deps)) ?? dialog.kind;

/** Says at a dialog's card that it is over, and ends it. What was said is said again by a retry; an edit is no second message. */
export async function endDialog(
  dialog: Dialog,
  how: 'expired' | 'cancelled',
  at: Pick<Talker, 'talk' | 'chat'>,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const kind = kindOf(dialog);
  if (kind) await quietly(kind.ended(dialog, how, at, deps, signal));
  await deps.dialogs.close(dialog, signal);
}
