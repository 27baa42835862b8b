import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import type { Talker } from './talker.ts';

/** What the steps of one kind of dialog mean. `D`: what it works with. Each may be called again for the same answer after a kill. */
export interface DialogKind<D> {
  kind: string;
  /** Somebody answered its prompt, or wrote something while it was the only one that waits for them. Resolves to what is answered; null: it did that itself. */
  answered: (dialog: Dialog, text: string, talker: Talker, deps: D, signal: AbortSignal) => Promise<TalkMessage | null>;
  /** Somebody pressed one of its buttons, whose data is `<dialog id>|<action>`. */
  pressed: (dialog: Dialog, action: string, talker: Talker, deps: D, signal: AbortSignal) => Promise<TalkMessage | null>;
  /** It is over: nobody went on with it in time (`expired`), or its owner typed /cancel. Says so at its card; the dialog is closed by the caller. */
  ended: (
    dialog: Dialog,
    how: 'expired' | 'cancelled',
    talker: Pick<Talker, 'talk' | 'chat'>,
    deps: D,
    signal: AbortSignal,
  ) => Promise<void>;
}
