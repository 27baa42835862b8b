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

type Who = NonNullable<Extract<Deed, { do: 'press' }>['who']>;

/** Who a face in a visit's post is: the answer becomes the same press that a modal of another platform makes. */
export const namingKind: DialogKind<TalkDeps> = {
  kind: 'naming',
  topic: () => enTalk.naming.topic(),
  answered: async (dialog, text, talker, deps, signal) => {
    const name = nameIn(text);
    if ('refused' in name) return messageOf(enTalk.learn.nameInvalid(name.refused));
    return named(dialog, { who: { name: name.name }, called: name.name }, talker, deps, signal);
  },
  pressed: async (dialog, action, talker, deps, signal) => {
    if (action === 'cancel') return finish(dialog, null, talker, deps, signal);
    const data = namingDataSchema.safeParse(dialog.data).data;
    const person = data?.offered[Number(/^c(\d)$/.exec(action)?.[1] ?? -1)];
    return person ? named(dialog, { who: { person: person.id }, called: person.name }, talker, deps, signal) : messageOf(enTalk.over());
  },
  ended: async ({ chat, cardId, promptId }, how, { talk }, _deps, signal) => {
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
  if (!data) return messageOf(enTalk.over());
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
  return finish(dialog, called, talker, deps, signal);
}

/** In a private chat the card stays, and says what was noted; beside others both messages go. */
async function finish(
  dialog: Dialog,
  called: string | null,
  { talk, isPrivate }: Talker,
  { dialogs }: TalkDeps,
  signal: AbortSignal,
): Promise<null> {
  const { chat, cardId, promptId } = dialog;
  if (promptId !== null) await talk.remove({ chat, messageId: promptId }, signal);
  if (cardId !== null && isPrivate && called !== null)
    await talk.edit({ chat, messageId: cardId }, messageOf(enTalk.naming.noted(called)), signal);
  else if (cardId !== null) await talk.remove({ chat, messageId: cardId }, signal);
  await dialogs.close(dialog, signal);
  return null;
}
