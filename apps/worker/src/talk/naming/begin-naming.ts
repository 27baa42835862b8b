import { wordsOf } from '../commands/words-deps.ts';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { TextRun } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import type { TalkJob, TalkWhat } from '@watchpost/shared/jobs/talk-job';
import { buttonData, dialogIdOf, type Dialog } from '@watchpost/talk/dialogs';
import { requireReady } from '../../gallery-ready.ts';
import { mayNot } from '../../interaction/may.ts';
import { placeOf } from '../../interaction/texts.ts';
import { keyOf, roleOf, type Talked } from '../admission.ts';
import { messageOf, promptOf } from '../answering.ts';
import type { TalkDeps } from '../deps.ts';
import type { NamingData } from './naming-data.ts';

export type Naming = Extract<TalkWhat, { did: 'naming' }>;

/** How many people are offered by buttons. */
const mostOffered = 6;

/**
 * Somebody wants to say who a face of a post is: asks them, in their own chat with us where they have one, so that nobody else is
 * disturbed; else below the post.
 */
export async function beginNaming(what: Naming, talked: Talked, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { job, platform, talk } = talked;
  const { member } = job.by;
  requireReady(deps.gallery);
  const refused = await mayNot({ platform, member }, 'name', signal);
  const to = { member, channel: job.chat, thread: what.messageId, url: null };
  if (refused) return platform.members.tell(to, refused, signal);
  const own = keyOf(platform, member);
  const isIn = job.isPrivate || (await roleOf(own, talk, deps.access, signal)) !== null;
  try {
    await ask(isIn ? own : job.chat, what, talked, deps, signal);
  } catch (error) {
    // They never wrote to us, or block us.
    if (toAppError(error).code !== 'chat-closed' || !isIn || own === job.chat) throw error;
    const unasked = await deps.dialogs.get(dialogIdOf(own, aboutOf(job)), signal);
    if (unasked) await deps.dialogs.close(unasked, signal);
    await ask(job.chat, what, talked, deps, signal);
  }
}

/** One press, one dialog. */
const aboutOf = ({ id }: TalkJob): string => `naming:${id}`;

/** Where the face was seen, with a link to its post: in another chat nobody knows which post is meant. Null: the visit is gone. */
async function placeFor(what: Naming, { job, platform }: Talked, { visits }: TalkDeps, signal: AbortSignal): Promise<TextRun | null> {
  const visit = await visits.get(what.target.visit, signal);
  if (!visit) return null;
  const link = await platform.chat.permalink(job.chat, what.messageId, signal);
  return { text: placeOf(visit), ...(link !== null && { link }) };
}

async function ask(chat: ChannelKey, what: Naming, talked: Talked, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const { job, talk } = talked;
  const { dialogs, questions, waitMs } = deps;
  const words = wordsOf(job.by, deps).talk;
  const about = aboutOf(job);
  const id = dialogIdOf(chat, about);
  const offered = questions.findPeople('', mostOffered).map(({ id: person, name }) => ({ id: person, name }));
  const data: NamingData = {
    target: what.target,
    post: { channel: job.chat, messageId: what.messageId },
    offered,
    job: null,
  };
  const fresh: Dialog = {
    id,
    chat,
    member: job.by.member,
    kind: 'naming',
    step: 'name',
    data,
    promptId: null,
    cardId: null,
    about,
    language: job.by.language,
    expiresAtMs: Date.now() + waitMs,
    revision: 0,
  };
  let dialog = (await dialogs.get(id, signal)) ?? (await dialogs.save(fresh, signal));
  const replyTo = chat === job.chat ? what.messageId : null;
  if (dialog.cardId === null) {
    const buttons = offered.map(({ name }, index) => [{ label: words.learn.thisIs(name), data: buttonData(dialog, `c${index}`) }]);
    const cancel = [{ label: words.learn.cancel(), data: buttonData(dialog, 'cancel') }];
    const place = await placeFor(what, talked, deps, signal);
    const card = messageOf(words.naming.card(what.target.number, place), [...buttons, cancel]);
    dialog = await dialogs.save({ ...dialog, cardId: await talk.send({ chat, replyTo }, card, signal) }, signal);
  }
  if (dialog.promptId !== null) return;
  const prompt = promptOf(words.learn.askName(), words.learn.placeholder());
  await dialogs.save({ ...dialog, promptId: await talk.send({ chat, replyTo }, prompt, signal) }, signal);
}
