import { wordsOf } from '../commands/words-deps.ts';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { messageOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { DialogKind } from '../dialog-kind.ts';
import type { Talker } from '../talker.ts';
import { nameIn } from '../picture/name-in.ts';
import { namingDataSchema } from './naming-data.ts';

/** How long a retry of the answer may find it, milliseconds. */
const doneMs = 10 * 60_000;

type Who = NonNullable<Extract<Deed, { do: 'press' }>['who']>;

/** Who a face in a visit's post is: the answer becomes the same press that a modal of another platform makes. */
export const namingKind: DialogKind<TalkDeps> = {
  kind: 'naming',
  topic: (_dialog, { talk }) => talk.naming.topic(),
  isOver: ({ step }) => step === 'done',
  answered: async (dialog, text, talker, deps, signal) => {
    const name = nameIn(text);
    if ('refused' in name) return messageOf(wordsOf(talker, deps).talk.learn.nameInvalid(name.refused));
    return named(dialog, { who: { name: name.name }, called: name.name }, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    if (action === 'cancel') {
      await clearAway(dialog, null, talker, deps, signal);
      await deps.dialogs.close(dialog, signal);
      return null;
    }
    const data = namingDataSchema.safeParse(dialog.data).data;
    const person = data?.offered[Number(/^c(\d)$/.exec(action)?.[1] ?? -1)];
    return person
      ? named(dialog, { who: { person: person.id }, called: person.name }, talker, deps, signal)
      : messageOf(wordsOf(talker, deps).talk.over());
  },
  ended: async (dialog, how, { talk }, deps, signal) => {
    const { chat, cardId, promptId, step } = dialog;
    const words = wordsOf(dialog, deps).talk;
    if (step === 'done') return;
    if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
    if (cardId === null) return;
    const text = how === 'expired' ? words.timedOut(words.naming.topic()) : words.cancelled(words.naming.topic());
    await talk.edit({ chat, messageId: cardId }, messageOf(text), signal);
  },
};

async function named(
  dialog: Dialog,
  { who, called }: { who: Who; called: string },
  talker: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<TalkMessage | null> {
  const data = namingDataSchema.safeParse(dialog.data).data;
  if (!data || (dialog.step === 'done' && data.job !== talker.jobId)) return messageOf(wordsOf(talker, deps).talk.over());
  const job: InteractionJob = {
    v: 1,
    kind: 'interaction',
    // One answer for each dialog, however often it is given.
    id: `named-${dialog.id}`,
    platform: talker.platform.prefix,
    atMs: talker.atMs,
    by: { member: dialog.member, channel: data.post.channel, thread: data.post.messageId, url: null },
    deed: { do: 'press', target: data.target, who },
  };
  await deps.sender.send(job, { timeoutMs: deps.sendTimeoutMs });
  await clearAway(dialog, called, talker, deps, signal);
  // For a while it knows the job that answered it, so that a retry does not take the name for something else.
  const done = { ...dialog, step: 'done', data: { ...data, job: talker.jobId }, expiresAtMs: Date.now() + doneMs };
  await deps.dialogs.save(done, signal);
  return null;
}

/** In a private chat the card stays, and says what was noted; beside others both messages go. */
async function clearAway(
  dialog: Dialog,
  called: string | null,
  { talk, isPrivate }: Talker,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { chat, cardId, promptId } = dialog;
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  if (cardId === null) return;
  if (isPrivate && called !== null)
    await talk.edit({ chat, messageId: cardId }, messageOf(wordsOf(dialog, deps).talk.naming.noted(called)), signal);
  else await talk.remove({ chat, messageId: cardId }, signal);
}
