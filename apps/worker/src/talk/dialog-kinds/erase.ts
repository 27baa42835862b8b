import { z } from 'zod';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { platformOf } from '@watchpost/shared/chat/chat';
import { buttonData } from '@watchpost/talk/dialogs';
import type { PersonalAct } from '@watchpost/talk/personal-audit';
import type { Words } from '@watchpost/talk/words/words';
import { forgetHint } from '../commands/free-text.ts';
import { wordsOf, type WordsDeps } from '../commands/words-deps.ts';
import type { DialogKind } from '../dialog-kind.ts';
import { messageOf } from '../answering.ts';
import { linesOf } from '../lines.ts';
import type { Talker } from '../talker.ts';
import { atCard, beginDialog, sayFirst, waitsUntilMs } from './begin-dialog.ts';

const kind = 'erase';

const whatSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('log') }),
  z.object({ what: z.literal('entry'), number: z.number().int() }),
  z.object({ what: z.literal('registration') }),
  z.object({ what: z.literal('all') }),
]);
/** What is to be erased. */
export type Erasable = z.infer<typeof whatSchema>;

/** What there was before anything was erased, for the receipt. */
const foundSchema = z.object({
  entries: z.number().int(),
  isRegistered: z.boolean(),
  dialogs: z.number().int(),
  orders: z.number().int(),
});
type Found = z.infer<typeof foundSchema>;

const dataSchema = z.object({ erase: whatSchema, found: foundSchema.nullable() });

/** Asks whether something is really to be erased. */
export async function askToErase(erase: Erasable, question: RichText, talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<null> {
  const dialog = await beginDialog({ kind, step: 'ask', data: { erase, found: null } }, talker, deps, signal);
  const { buttons } = wordsOf(talker, deps);
  const row = [
    { label: buttons.erase, data: buttonData(dialog, 'yes') },
    { label: buttons.keep, data: buttonData(dialog, 'no') },
  ];
  await sayFirst(dialog, messageOf(question, [row]), talker, deps, signal);
  return null;
}

/** Asks back before something is erased, and says what was. */
export const eraseDialog: DialogKind<WordsDeps> = {
  kind,
  topic: (_dialog, { erasing }) => erasing.topic,
  answered: async (dialog, text, talker, deps, signal) => {
    const { buttons, registration } = wordsOf(talker, deps);
    const said = text.trim().toLowerCase();
    const labels = { [buttons.erase.toLowerCase()]: 'yes', [buttons.keep.toLowerCase()]: 'no' };
    const [, action] = Object.entries(labels).find(([label]) => label === said) ?? [];
    return action === undefined ? messageOf(registration.pressAButton) : eraseDialog.pressed(dialog, action, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    const { erasing } = wordsOf(talker, deps);
    if (action !== 'yes' && action !== 'no') return null;
    const { erase, found } = dataSchema.parse(dialog.data);
    let receipt: TalkMessage = messageOf(erasing.kept);
    let current = dialog;
    if (action === 'yes') {
      const before = found ?? (await whatThereIs(talker, deps, signal));
      // What there was is written down first: after a kill nobody could count it any more.
      if (!found) current = await deps.dialogs.save({ ...dialog, data: { erase, found: before }, expiresAtMs: waitsUntilMs(deps) }, signal);
      receipt = messageOf(await carryOut(erase, before, current.id, talker, deps, signal));
    }
    const unsaid = await atCard(current, receipt, talker, signal);
    await deps.dialogs.close(current, signal);
    return unsaid;
  },
  ended: async (dialog, how, talker, deps, signal) => {
    const { talk, erasing } = wordsOf(dialog, deps);
    const text = how === 'expired' ? talk.timedOut(erasing.topic) : talk.cancelled(erasing.topic);
    await atCard(dialog, messageOf(text), talker, signal);
  },
};

const subscriberOf = ({ who, member }: Talker): { platform: string; member: string } => ({ platform: platformOf(who), member });

/** What is kept of somebody. */
export async function whatThereIs(talker: Talker, deps: WordsDeps, signal: AbortSignal): Promise<Found> {
  const [entries, registration, dialogs, orders] = await Promise.all([
    deps.privateLog.count(talker.who, signal),
    deps.registrations.get(talker.who, signal),
    deps.dialogs.allOf(talker.who, signal),
    deps.subscriptions.list(subscriberOf(talker), signal),
  ]);
  const others = dialogs.filter((dialog) => dialog.kind !== kind && dialog.expiresAtMs > Date.now());
  return { entries, isRegistered: registration !== null, dialogs: others.length, orders: orders.length };
}

/** Erases it, and resolves to the receipt. May be done again after a kill. */
async function carryOut(
  erase: Erasable,
  found: Found,
  dialogId: string,
  talker: Talker,
  deps: WordsDeps,
  signal: AbortSignal,
): Promise<RichText> {
  const words = wordsOf(talker, deps);
  const { who } = talker;
  const note = async (did: PersonalAct['did']): Promise<void> => void (await deps.personalAudit.record({ who, did }, signal));
  switch (erase.what) {
    case 'entry':
      if (!(await deps.privateLog.erase(who, erase.number, signal))) return words.log.erasedBefore(erase.number);
      await note('log-entry-erased');
      return words.log.erasedOne(erase.number);
    case 'log':
      await deps.privateLog.eraseAll(who, signal);
      await note('log-erased');
      return words.log.erasedAll(found.entries);
    case 'registration':
      await deps.registrations.erase(who, signal);
      await note('registration-erased');
      return words.registration.erased;
    case 'all':
      await deps.privateLog.eraseAll(who, signal);
      await deps.registrations.erase(who, signal);
      await deps.subscriptions.end(subscriberOf(talker), signal);
      await forgetHint(talker, deps, signal);
      for (const dialog of await deps.dialogs.allOf(talker.who, signal))
        if (dialog.id !== dialogId) await deps.dialogs.close(dialog, signal);
      await note('all-erased');
      return receiptOf(found, words);
    default: {
      const never: never = erase;
      return never;
    }
  }
}

function receiptOf({ entries, isRegistered, dialogs, orders }: Found, { self }: Words): RichText {
  const lines = [
    ...(entries > 0 ? [self.erasedLog(entries)] : []),
    ...(isRegistered ? [self.erasedRegistration] : []),
    ...(dialogs > 0 ? [self.erasedDialogs(dialogs)] : []),
    ...(orders > 0 ? [self.erasedOrders(orders)] : []),
  ];
  return linesOf([...(lines.length === 0 ? [self.nothing] : [self.erased, ...lines]), self.accessStays]);
}
