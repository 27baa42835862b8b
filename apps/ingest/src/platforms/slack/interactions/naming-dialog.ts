import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SlackCall } from '@watchpost/slack/calls';
import { openView } from '@watchpost/slack/modals/open';
import { namingView, optionsFor, parseNamingSubmission, personField, type NamingAsked } from '@watchpost/slack/modals/naming';
import type { Known } from '../../../known.ts';

/** The dialog "This is…". */
export interface NamingDialog {
  /** Opens it, in the background. Whoever clicked is told if that was too late. */
  open(triggerId: string, asked: NamingAsked): void;
  /** What was entered; `errors`: what is wrong with it, by block. Null: another dialog. */
  read(view: unknown): ReturnType<typeof parseNamingSubmission>;
  /** The people for what was typed, as Slack's options; none while the names are not known. */
  suggest(actionId: string, typed: string): Record<string, unknown>;
}

export interface NamingDialogDeps {
  /** Its calls must end before a trigger expires. */
  call: SlackCall;
  known: Pick<Known, 'findPeople'>;
  tell: (to: NamingAsked['to'], text: string) => void;
  count: (outcome: 'opened' | 'late' | 'failed') => void;
  log: Logger;
}

/** Slack's limit. */
const mostOptions = 100;

const late = 'The dialog could not be opened in time. Please click again.';
const failed = 'The dialog could not be opened. Please try again in a minute.';

/** The dialog on Slack. `stopping` ends what is under way. */
export function createNamingDialog({ call, known, tell, count, log }: NamingDialogDeps, stopping: AbortSignal): NamingDialog {
  const open = async (triggerId: string, asked: NamingAsked): Promise<void> => {
    const { number } = asked.target;
    const question = number === null ? 'Who is this?' : `Who is ${String(number)}?`;
    const opened = await openView(call, { triggerId, view: namingView({ asked, question }) }, stopping);
    count(opened);
    if (opened === 'late') tell(asked.to, late);
  };
  return {
    open: (triggerId, asked) => {
      open(triggerId, asked).catch((error: unknown) => {
        if (stopping.aborted) return;
        count('failed');
        log.warn({ err: error }, 'a dialog could not be opened');
        // Without an answer nobody knows whether it was in time.
        tell(asked.to, error instanceof AppError && error.code === 'chat-unavailable' ? late : failed);
      });
    },
    read: (view) => parseNamingSubmission(view),
    suggest: (actionId, typed) => (actionId === personField.action ? optionsFor(known.findPeople(typed, mostOptions)) : { options: [] }),
  };
}
