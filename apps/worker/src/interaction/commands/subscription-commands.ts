import { typed } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import { describeSubscription, parseSubscription, type Subscription } from '@watchpost/visits/subscription';
import { refusalOf } from '../press/refusals.ts';
import { answerOf } from '../texts.ts';
import type { CommandAsked, CommandDeps, CommandHandler } from './command.ts';
import { findPersons, notFound, severalFound } from './find-person.ts';

const answer = (text: RichText): Post => answerOf(text, []);

const example = typed('tell me when Ada comes to Front door between 22:00 and 6:00');

const subscriberOf = ({ asker }: CommandAsked): { platform: string; member: string } => ({
  platform: asker.name,
  member: asker.member,
});

/** `tell me when NAME comes to CAMERA between 22:00 and 6:00` */
export const tell: CommandHandler = async (asked, deps, signal) => {
  const parsed = parseSubscription(`tell ${asked.args}`);
  if (!parsed) return answer(say`Say when: ${example}\nAt any camera and any time: ${typed('tell me when Ada comes')}`);
  const { camera, hours } = parsed;
  const who = await whomOf(parsed.who, asked, deps, signal);
  if ('refused' in who) return answer(who.refused);
  try {
    const added = await deps.subscriptions.add(subscriberOf(asked), { who, camera, hours }, signal);
    return answer(say`You get a message ${await described(added, deps, signal)}. To end that: ${typed(`stop ${added.number}`)}`);
  } catch (error) {
    const refused = refusalOf(error);
    if (!refused) throw error;
    return answer(refused);
  }
};

/** In words, with the name that its person has now. */
async function described(subscription: Subscription, { gallery }: CommandDeps, signal: AbortSignal): Promise<string> {
  const { who } = subscription;
  const person = who.kind === 'person' ? await gallery.person(who.personId, signal) : null;
  return describeSubscription(subscription, person?.name ?? 'somebody who was forgotten');
}

type Whom = Parameters<CommandDeps['subscriptions']['add']>[1]['who'];

async function whomOf(who: string, { asker }: CommandAsked, deps: CommandDeps, signal: AbortSignal): Promise<Whom | { refused: RichText }> {
  if (who === 'anybody' || who === 'unknown') return { kind: who };
  const found = await findPersons(who, asker, deps, signal);
  const [person, ...others] = found.persons;
  if (!person) return { refused: notFound(found) };
  return others.length > 0 ? { refused: severalFound(found) } : { kind: 'person', personId: person.id };
}

/** `subscriptions`: what whoever asks is told about. */
export const subscriptions: CommandHandler = async (asked, deps, signal) => {
  const all = await deps.subscriptions.list(subscriberOf(asked), signal);
  if (all.length === 0) return answer(say`You get no messages. To get one: ${example}`);
  const lines = await Promise.all(all.map(async (each) => say`• ${each.number}: ${await described(each, deps, signal)}`));
  return answerOf(say`You get a message:`, [...lines, say`To end one: ${typed('stop N')}`]);
};

/** `stop N` */
export const stop: CommandHandler = async (asked, deps, signal) => {
  const number = /^\d{1,6}$/.test(asked.args.trim()) ? Number(asked.args) : null;
  if (number === null) return answer(say`Say which one by its number. Yours: ${typed('subscriptions')}`);
  const stopped = await deps.subscriptions.stop(subscriberOf(asked), number, signal);
  if (!stopped) return answer(say`You have no number ${number}. Yours: ${typed('subscriptions')}`);
  return answer(say`Ended: ${await described(stopped, deps, signal)}.`);
};
