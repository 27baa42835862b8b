import { typed } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { say } from '@watchpost/shared/chat/say';
import type { AuditEntry } from '@watchpost/gallery/domain';
import { actionOf, type Operation } from '@watchpost/gallery/gallery';
import { refusalOf } from '../press/refusals.ts';
import { sentences } from '../press/sentences.ts';
import { answerOf } from '../texts.ts';
import type { CommandAsked, CommandDeps, CommandHandler } from './command.ts';
import { findPersons, notFound, referenceTo, severalFound, type Found } from './find-person.ts';
import { mentioned, oneName, twoNames } from './words.ts';

/** How many of the newest audit entries are searched for a change whose answer was lost. */
const lookBack = 20;
/** Clocks of different machines differ by less, milliseconds. */
const clocksDifferMs = 5_000;

const answer = (text: RichText): Post => answerOf(text, []);

/** `rename NAME to NEW NAME` */
export const rename: CommandHandler = async (asked, deps, signal) => {
  const names = await chooseTwo(asked, 'to', deps, signal);
  if (!names) return answer(say`Say whom, and the new name: ${typed('rename Ada to Ada Lovelace')}`);
  const member = mentioned(names.other);
  const to = member === null ? names.other : await asked.asker.platform.members.memberName(member, signal);
  if (to === null) return answer(sentences.memberUnknown());
  return change(asked, deps, signal, [names.one], ([person = '']) => ({ kind: 'name', person, to }));
};

/** `merge NAME into NAME` */
export const merge: CommandHandler = async (asked, deps, signal) => {
  const names = await chooseTwo(asked, 'into', deps, signal);
  if (!names) return answer(say`Say which two are one person: ${typed('merge Unknown 7 into Ada')}`);
  const into = await findPersons(names.other, asked.asker, deps, signal);
  return change(asked, deps, signal, [names.one, into], ([from = '', kept = '']) => ({ kind: 'merge', from, into: kept }));
};

/** `ignore NAME`, `unignore NAME` */
const ignoring =
  (kind: 'ignore' | 'unignore'): CommandHandler =>
  async (asked, deps, signal) => {
    const name = oneName(asked.args);
    if (name === '') return answer(say`Say whom: ${typed(`${kind} Ada`)}`);
    const found = await findPersons(name, asked.asker, deps, signal);
    return change(asked, deps, signal, [found], ([person = '']) => ({ kind, person }));
  };
export const ignore = ignoring('ignore');
export const unignore = ignoring('unignore');

/** `forget NAME`, then `forget NAME confirm`: it erases. */
export const forget: CommandHandler = async (asked, deps, signal) => {
  const given = oneName(asked.args);
  if (given === '') return answer(say`Say whom: ${typed('forget Ada')}`);
  const whole = await findPersons(given, asked.asker, deps, signal);
  const confirmed = whole.persons.length === 0 ? /^(.+) confirm$/i.exec(given)?.[1] : undefined;
  const found = confirmed === undefined ? whole : await findPersons(confirmed, asked.asker, deps, signal);
  if (confirmed !== undefined) return change(asked, deps, signal, [found], ([person = '']) => ({ kind: 'forget', person }));
  const [person, ...others] = found.persons;
  if (!person) return answer(notFound(found));
  if (others.length > 0) return answer(severalFound(found));
  const command = typed(`forget ${person.id.startsWith(given.toLowerCase()) ? given : person.name} confirm`);
  return answer(say`This erases ${person.name} with every face and sighting. After ten minutes it cannot be undone. To do it: ${command}`);
};

/** The reading of two names whose first one is somebody. */
async function chooseTwo(
  { args, asker }: CommandAsked,
  between: string,
  deps: CommandDeps,
  signal: AbortSignal,
): Promise<{ one: Found; other: string } | null> {
  const readings = twoNames(args, between);
  const found = await Promise.all(readings.map(async ({ one, other }) => ({ one: await findPersons(one, asker, deps, signal), other })));
  return found.find(({ one }) => one.persons.length > 0) ?? found[0] ?? null;
}

/** Makes one change to these people, and says what it was, or why not. */
async function change(
  asked: CommandAsked,
  deps: CommandDeps,
  signal: AbortSignal,
  founds: readonly Found[],
  operationOn: (references: readonly string[]) => Operation,
): Promise<Post> {
  const several = founds.find((found) => found.persons.length > 1);
  if (several) return answer(severalFound(several));
  const references = founds.map((found) => referenceTo(found));
  try {
    const { summary } = await applyOnce(operationOn(references), asked, deps, signal);
    return answer(say`Done: ${summary}. To undo it within ten minutes: ${typed('undo')}`);
  } catch (error) {
    const missing = toAppError(error).code === 'person-not-found' ? founds.find(({ persons }) => persons.length !== 1) : undefined;
    if (missing) return answer(notFound(missing));
    const refused = refusalOf(error);
    if (!refused) throw error;
    return answer(refused);
  }
}

/** A change that an earlier attempt made, although its answer was lost, is made. */
async function applyOnce(operation: Operation, asked: CommandAsked, deps: CommandDeps, signal: AbortSignal): Promise<AuditEntry> {
  try {
    return await deps.operations.apply(operation, asked.asker.actor, signal);
  } catch (error) {
    const own = refusalOf(error) && (await madeBefore(actionOf(operation), asked, deps, signal));
    if (!own) throw error;
    return own;
  }
}

/** What an earlier attempt changed; null: nothing. */
async function madeBefore(
  kind: AuditEntry['action'],
  { asker, atMs, attempt }: CommandAsked,
  { operations }: CommandDeps,
  signal: AbortSignal,
): Promise<AuditEntry | null> {
  if (attempt === 1) return null;
  const newest = await operations.history(lookBack, signal);
  const isOwn = ({ action, actor, atMs: madeAtMs, undone }: AuditEntry): boolean =>
    action === kind && actor.id === asker.actor.id && madeAtMs >= atMs - clocksDifferMs && !undone;
  return newest.find(isOwn) ?? null;
}

/** `undo`: the newest change of whoever asks. */
export const undo: CommandHandler = async (asked, deps, signal) => {
  try {
    // Otherwise each attempt would take back one more.
    const { summary } = (await madeBefore('undo', asked, deps, signal)) ?? (await deps.operations.undo(null, asked.asker.actor, signal));
    return answer(sentences.undone(summary.replace(/^undone: /, '')));
  } catch (error) {
    const refused = refusalOf(error);
    if (!refused) throw error;
    return answer(refused);
  }
};
