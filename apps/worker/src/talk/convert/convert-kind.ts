import { formats } from '@watchpost/convert/formats';
import type { Dialog } from '@watchpost/talk/dialogs';
import { cardOf } from '../../conversion/card.ts';
import { messageOf } from '../answering.ts';
import { wordsOf } from '../commands/words-deps.ts';
import type { DialogKind } from '../dialog-kind.ts';
import type { Talker } from '../talker.ts';
import { showAtCard, start } from './begin.ts';
import type { ConvertDeps } from './convert-deps.ts';

/** A link that may be converted (`asking`), or is being converted (`running`). */
export const convertKind: DialogKind<ConvertDeps> = {
  kind: 'convert',
  topic: (_dialog, { convert }) => convert.topic,
  answered: async (dialog, _text, _talker, deps) => messageOf(wordsOf(dialog, deps).convert.pressOne()),
  pressed: async (dialog, action, talker, deps, signal) => {
    const words = wordsOf(dialog, deps).convert;
    const format = formats.find((each) => each === action);
    // Also where it runs: a worker may have been killed before it had sent the job.
    if (format) await start(dialog, format, talker, deps, signal);
    else if (action === 'no' && dialog.step === 'asking') {
      await showAtCard(dialog, cardOf(words.declined(), null, words), talker, signal);
      await deps.dialogs.close(dialog, signal);
    } else if (action === 'cancel') await cancel(dialog, talker, deps, signal);
    return null;
  },
  ended: async (dialog, how, talker, deps, signal) => {
    const words = wordsOf(dialog, deps).convert;
    if (dialog.step === 'asking') {
      const text = how === 'expired' ? words.timedOut() : words.declined();
      await showAtCard(dialog, cardOf(text, null, words), talker, signal);
    } else if (how === 'cancelled') await cancel(dialog, talker, deps, signal);
  },
};

/** One that waits is over at once. One that runs is ended by whoever runs it, which also says so. */
async function cancel(dialog: Dialog, talker: Pick<Talker, 'talk'>, deps: ConvertDeps, signal: AbortSignal): Promise<void> {
  const { id } = dialog;
  const { converting, dialogs } = deps;
  const { conversions } = converting;
  const words = wordsOf(dialog, deps).convert;
  const current = await conversions.change(id, { isCancelled: true }, signal);
  // Its card says so in a moment.
  if (current?.state === 'delivered') return;
  const isRunning = current !== null && current.state !== 'waiting' && current.state !== 'over';
  if (isRunning) return showAtCard(dialog, cardOf(words.cancelling(), null, words), talker, signal);
  if (current?.state !== 'over') {
    await conversions.change(id, { state: 'over', sealed: null }, signal);
    await showAtCard(dialog, cardOf(words.cancelled(), null, words), talker, signal);
  }
  return dialogs.close(dialog, signal);
}
