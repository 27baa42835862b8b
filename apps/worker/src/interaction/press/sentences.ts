import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { Visitor } from '@watchpost/visits/visit-view';
import { actorRun } from '@watchpost/visits/words/who';
import type { Notes } from './notes.ts';

type Numbered = Pick<Visitor, 'number'>;

/** What somebody reads whose click changed nothing. Each says what to do instead, where there is something. */
export const sentences = {
  mayNot: () => say`Only some members may name people here. Ask whoever runs watchpost to add you.`,
  mayNotAsk: () => say`Only members of the results channel may ask. Somebody who is in it can invite you.`,
  notKnownWho: () =>
    say`It cannot be found out who is in the results channel, so nobody may ask or name now. Whoever runs watchpost finds the reason in its log.`,
  tooOld: () => say`This post is too old to be changed.`,
  outdated: () => say`This button is out of date. Look at the post again.`,
  notShown: (number: number | null) => say`${number ?? 'This'} is no longer shown in this post.`,
  erased: ({ number }: Numbered) => say`The face of ${number} was erased, so nothing more can be said about it.`,
  forgotten: ({ number }: Numbered) => say`The person that ${number} was taken for has been forgotten. Look at the post again.`,
  changed: (visitor: Visitor) => say`${described(visitor, 'now')}. Look at the post again.`,
  already: (visitor: Visitor) => say`${described(visitor, 'already')}.`,
  alreadyNot: (number: number, name: string) => say`It is already known that ${number} is not ${name}.`,
  notSure: ({ number }: Numbered) => say`It is not certain who ${number} is. First say who it is.`,
  nobodyChosen: () => say`Nobody was chosen. Press the button again, and choose or type a name.`,
  besides: ({ number, person }: Visitor, other: Numbered) =>
    say`${person?.name ?? 'This person'} is ${number} in the same picture, so ${other.number} is somebody else. If ${number} is wrong, correct that first.`,
  personGone: () => say`That person has been forgotten. Nothing was changed.`,
  memberUnknown: () => say`The name of that member cannot be found out. Type a name instead.`,
  nameInvalid: (reason: string) => say`That cannot be a name: ${reason}.`,
  severalCalled: (name: string, count: number) =>
    say`${count} people are called ${name}. Choose one from the list instead of typing the name.`,
  refused: (reason: string) => say`Nothing was changed: ${reason}.`,
  undone: (what: string) => say`Undone: ${what}.`,
  failed: (reason: string) => say`That could not be done: ${reason}.`,
  held: () => say`The database cannot be reached at the moment. What you asked for is noted and will be done as soon as possible.`,
};

function described({ number, standing, person, could }: Visitor, when: 'now' | 'already'): RichText {
  if (standing === 'ignored') return say`${number} is ${when} ignored`;
  if (standing === 'uncertain' || !person)
    return could ? say`${number} could ${when} be ${could.name}` : say`${number} is ${when} uncertain`;
  return say`${number} is ${when} ${person.name}`;
}

/** Two people at once: the first one's word stands. */
export const saidBefore = ({ by, summary }: Pick<Notes, 'by' | 'summary'>): RichText =>
  say`${actorRun(by)} has already said: ${summary}. If that is wrong, undo it below the post.`;
