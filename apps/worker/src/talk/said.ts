import { openedOrNull, openJson } from '@watchpost/shared/jobs/sealed';
import { talkTextSchema, type TalkJob, type TalkWhat } from '@watchpost/shared/jobs/talk-job';
import type { TalkMessage } from '@watchpost/shared/chat/talk';
import type { Dialog } from '@watchpost/talk/dialogs';
import { z } from 'zod';
import { talkerOf, type Talked } from './admission.ts';
import { answer, messageOf } from './answering.ts';
import { freeText, unknownCommand } from './commands/free-text.ts';
import { wordsOf } from './commands/words-deps.ts';
import { talkCommands } from './commands.ts';
import type { TalkDeps } from './deps.ts';
import { endDialog, kindOf, topicOf } from './ending.ts';
import type { Talker } from './talker.ts';

export type Said = Extract<TalkWhat, { did: 'said' }>;

/** A command as it was typed: `/slog list` is `slog` and `list`. */
interface Typed {
  name: string;
  typed: string;
}

/** What was written; null: it was erased, or sealed with another key. */
export const textOf = ({ id }: TalkJob, sealed: string | null, { envelope }: Pick<TalkDeps, 'envelope'>): string | null =>
  sealed === null ? null : (openedOrNull(() => openJson(envelope, sealed, id, talkTextSchema))?.text ?? null);

/** Null: it is no command. Pure. */
export function commandIn(text: string): Typed | null {
  const [, name, typed = ''] = /^\s*\/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), typed: typed.trim() };
}

/** The code of `/start CODE`; null: there is none. Pure. */
export function codeIn(text: string): string | null {
  const command = commandIn(text);
  return command?.name === 'start' && /^[\w-]{1,64}$/.test(command.typed) ? command.typed : null;
}

/** Goes on with what somebody wrote: a command, an answer to a prompt, or neither. */
export async function said({ did: _did, replyTo }: Said, text: string, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const command = commandIn(text);
  if (command) return runCommand(command, talker, deps, signal);
  const found = await dialogFor(replyTo, talker, deps, signal);
  if (found === 'several') return answer(await whichOne(talker, deps, signal), talker, signal);
  if (found) return answer(await answered(found, text, talker, deps, signal), talker, signal);
  const convert = talkCommands.find(({ name }) => name === 'convert');
  if (convert && /\bhttps?:\/\/\S/i.test(text)) return runCommand({ name: 'convert', typed: text.trim() }, talker, deps, signal);
  // Others talk with each other there.
  if (!talker.isPrivate) return undefined;
  return answer(await freeText(text, talker, deps, signal), talker, signal);
}

async function runCommand({ name, typed }: Typed, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<void> {
  const command = talkCommands.find((each) => each.name === name);
  if (!command) {
    if (talker.isPrivate) await answer(await unknownCommand(name, talker, deps), talker, signal);
    return;
  }
  if (command.admin && talker.role !== 'admin') return answer(messageOf(wordsOf(talker, deps).talk.adminsOnly()), talker, signal);
  if (command.privately && !talker.isPrivate) return answer(messageOf(wordsOf(talker, deps).talk.onlyPrivately()), talker, signal);
  return answer(await command.run(typed, talker, deps, signal), talker, signal);
}

const jobSchema = z.object({ job: z.string() });

/** The dialog that a text answers: whose prompt it is a reply to, or the only one that waits for this person. */
async function dialogFor(replyTo: string | null, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<Dialog | 'several' | null> {
  const { chat, member, jobId } = talker;
  const meant = replyTo === null ? null : await deps.dialogs.byPrompt(chat, replyTo, signal);
  if (meant) return meant.member === member ? meant : null;
  const open = await deps.dialogs.openOf(chat, member, signal);
  // An earlier attempt of this job may have gone on with it, so that it waits no more.
  const own = open.find(({ data }) => jobSchema.safeParse(data).data?.job === jobId);
  if (own) return own;
  const waiting = waitingOf(open);
  if (replyTo !== null) {
    // A reply to somebody else, beside others, is not for us.
    if (!talker.isPrivate) return null;
    // To a question that is over, or to anything else: it is no answer to another question.
    return waiting.find(({ about }) => about === `m:${replyTo}`) ?? (waiting.length > 0 ? 'several' : null);
  }
  const [only, ...others] = waiting;
  return others.length > 0 ? 'several' : (only ?? null);
}

const waitingOf = (open: readonly Dialog[]): Dialog[] =>
  open.filter((dialog) => dialog.promptId !== null && !kindOf(dialog)?.isOver?.(dialog));

async function whichOne(talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<TalkMessage> {
  const waiting = waitingOf(await deps.dialogs.openOf(talker.chat, talker.member, signal));
  const lines = waiting.flatMap((dialog) => [{ text: `\n• ${topicOf(dialog, deps)}` }]);
  return messageOf([...wordsOf(talker, deps).talk.whichOne(waiting.length), ...lines]);
}

async function answered(dialog: Dialog, text: string, talker: Talker, deps: TalkDeps, signal: AbortSignal): Promise<TalkMessage | null> {
  const kind = kindOf(dialog);
  if (!kind) return messageOf(wordsOf(talker, deps).talk.over());
  if (dialog.expiresAtMs > Date.now()) return kind.answered(dialog, text, talker, deps, signal);
  await endDialog(dialog, 'expired', talker, deps, signal);
  return messageOf(wordsOf(talker, deps).talk.over());
}

/** Lets in whoever says a code, where nobody else reads along. Resolves to false if there is no such code and they are in already. */
export async function redeemed(talked: Talked, code: string, deps: TalkDeps, signal: AbortSignal): Promise<boolean> {
  const { job, platform, talk } = talked;
  const words = wordsOf(job.by, deps).talk;
  const tell = async (text: TalkMessage['text']): Promise<true> => {
    await talk.send({ chat: job.chat, replyTo: null }, messageOf(text), signal);
    return true;
  };
  if (!job.isPrivate) {
    const isNews = (await talkerOf(talked, deps.access, signal)) !== null || (await deps.access.mayRefuse(job.chat, 'code', signal));
    // Said again, it is like anything else that is said in a foreign group.
    return isNews && tell(words.code.privately());
  }
  const use = await deps.access.redeem(code, `${platform.prefix}:${job.by.member}`, signal);
  if (use.outcome === 'let-in') return tell(words.letIn(use.role));
  const isKnown = (await talkerOf(talked, deps.access, signal)) !== null;
  if (isKnown) return false;
  // Whoever guesses is told once a day.
  return use.outcome === 'unknown' && !(await deps.access.mayRefuse(job.chat, 'code', signal)) ? true : tell(words.code[use.outcome]());
}
