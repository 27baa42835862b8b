import type { RichText } from '@watchpost/shared/chat/rich-text';
import { listed, say } from '@watchpost/shared/chat/say';

/** Who may talk with us, and what is said of it. */
const access = {
  /** To somebody who was never let in. `number`: theirs. */
  stranger: (number: string): RichText =>
    say`Hello! I only talk with people whom an admin has let in. Your number is ${{ text: number, bold: true }}: give it to an admin, who then types /allow ${number}.`,
  foreignGroup: say`Thank you for having me, but nobody has allowed this group. An admin can do so with /allow and its number. Goodbye for now.`,
  adminsOnly: (command: string): RichText => say`/${command} is for admins. Ask one of them to do it for you.`,
  privateOnly: (command: string): RichText => say`/${command} is between the two of us: type it in our private chat.`,
};

/** About conversations with several steps. */
const dialogs = {
  timedOut: say`This has timed out: I waited, but heard nothing more. Begin again whenever you like.`,
  cancelled: say`Cancelled. Nothing was changed.`,
  nothingToCancel: say`There is nothing to cancel: nothing is open.`,
  isOver: say`This is over. Begin again whenever you like.`,
  notYours: say`Somebody else began this: only they can go on with it.`,
  which: (abouts: readonly string[]): RichText =>
    say`Which one do you mean? Open are ${listed(abouts)}. Answer to the message itself (press it, then “Reply”).`,
  failed: say`Something went wrong on my side, and an admin has been told. Please try again in a few minutes.`,
};

export const talk = { access, dialogs };
