import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import type { Words } from '@watchpost/talk/words/words';
import type { Talker } from './talker.ts';

/**
 * What the steps of one kind of dialog mean. `D`: what it works with. Each may be called again for the same answer after a kill: a dialog
 * whose `data` has the job of that answer as `job` is found again even where it waits for nothing any more.
 */
export interface DialogKind<D> {
  kind: string;
  /** What a dialog is about, in a few words: `the picture of 14:03`. Default: its kind. */
  topic?: (dialog: Dialog, words: Words) => string;
  /** Whether it waits for nobody any more, although it is still there (to be undone). Default: it waits. */
  isOver?: (dialog: Dialog) => boolean;
  /** Somebody answered its prompt, or wrote something while it was the only one that waits for them. Resolves to what is answered; null: it did that itself. */
  answered: (dialog: Dialog, text: string, talker: Talker, deps: D, signal: AbortSignal) => Promise<TalkMessage | null>;
  /** Somebody pressed one of its buttons, whose data is `<dialog id>|<action>`. */
  pressed: (dialog: Dialog, action: string, talker: Talker, deps: D, signal: AbortSignal) => Promise<TalkMessage | null>;
  /** A time has come that it asked for with a `due` job, and it has not run out. `plannedMs`: that time, by the clock of the process that asked. Default: nothing happens. */
  due?: (
    dialog: Dialog,
    talker: Pick<Talker, 'platform' | 'talk' | 'chat'> & { plannedMs: number },
    deps: D,
    signal: AbortSignal,
  ) => Promise<void>;
  /** It is over: nobody went on with it in time (`expired`), or its owner typed /cancel. Says so at its card; the dialog is closed by the caller. */
  ended: (
    dialog: Dialog,
    how: 'expired' | 'cancelled',
    talker: Pick<Talker, 'talk' | 'chat'>,
    deps: D,
    signal: AbortSignal,
  ) => Promise<void>;
}
