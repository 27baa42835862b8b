import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { enTalk } from '@watchpost/talk/words/en-talk';
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
  topic: () => enTalk.naming.topic(),
  isOver: ({ step }) => step === 'done',
  answered: async (dialog, text, talker, deps, signal) => {
    const name = nameIn(text);
    if ('refused' in name) return messageOf(enTalk.learn.nameInvalid(name.refused));
    return named(dialog, { who: { name: name.name }, called: name.name }, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    if (action === 'cancel') {
      await clearAway(dialog, null, talker, signal);
      await deps.dialogs.close(dialog, signal);
      return null;
    }
    const data = namingDataSchema.safeParse(dialog.data).data;
    const person = data?.offered[Number(/^c(\d)$/.exec(action)?.[1] ?? -1)];
    return person ? named(dialog, { who: { person: person.id }, called: person.name }, talker, deps, signal) : messageOf(enTalk.over());
  },
  ended: async ({ chat, cardId, promptId, step }, how, { talk }, _deps, signal) => {
    if (step === 'done') return;
    if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
    if (cardId === null) return;
    const text = how === 'expired' ? enTalk.timedOut(enTalk.naming.topic()) : enTalk.cancelled(enTalk.naming.topic());
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
  if (!data || (dialog.step === 'done' && data.job !== talker.jobId)) return messageOf(enTalk.over());
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
  await clearAway(dialog, called, talker, signal);
  // For a while it knows the job that answered it, so that a retry does not take the name for something else.
  const done = { ...dialog, step: 'done', data: { ...data, job: talker.jobId }, expiresAtMs: Date.now() + doneMs };
  await deps.dialogs.save(done, signal);
  return null;
}

/** In a private chat the card stays, and says what was noted; beside others both messages go. */
async function clearAway(
  { chat, cardId, promptId }: Dialog,
  called: string | null,
  { talk, isPrivate }: Talker,
  signal: AbortSignal,
): Promise<void> {
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  if (cardId === null) return;
  if (isPrivate && called !== null) await talk.edit({ chat, messageId: cardId }, messageOf(enTalk.naming.noted(called)), signal);
  else await talk.remove({ chat, messageId: cardId }, signal);
}
