import type { Role } from '@watchpost/shared/chat/access';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { countOf, listed, moment, say } from '@watchpost/shared/chat/say';

const bold = (text: string) => ({ text, bold: true });

/** What is said about who may talk with us, pictures and dialogs, in English. */
export const enTalk = {
  stranger: (number: string): RichText =>
    say`I only talk with people whom I know. Your number is ${bold(number)}. Give it to whoever runs this watchpost: an admin lets you in with /allow ${number}`,
  foreignGroup: (number: string): RichText =>
    say`Nobody let me into this group, so I leave it again. Its number is ${bold(number)}: an admin lets it in with /allow ${number}, and then adds me once more.`,
  letIn: (role: Role): RichText =>
    role === 'admin'
      ? say`You are in, as an admin: you can let others in with /allow and /invite. Send me a photo to begin, or /help for all that I can do.`
      : say`You are in. Send me a photo to begin, or /help for all that I can do.`,
  letInGroup: (): RichText => say`I am in. Send me a photo as an answer to one of my messages, or type /help for all that I can do.`,
  code: {
    unknown: (): RichText => say`I do not know this code. Ask whoever gave it to you for a new one.`,
    old: (): RichText => say`This code has run out: codes are good for 15 minutes. Ask whoever gave it to you for a new one.`,
    used: (): RichText => say`This code was used by somebody else. Each is good once; ask for a new one.`,
    privately: (): RichText => say`Codes only work where nobody else reads along. Write to me in a private chat.`,
  },
  adminsOnly: (): RichText => say`Only admins can do that.`,
  onlyPrivately: (): RichText => say`That is better said in private: write to me there.`,
  unreadable: (): RichText =>
    say`I cannot read what you wrote: my two halves have different keys. Whoever runs this watchpost finds out more in its log.`,
  failed: (): RichText => say`That did not work, and trying again did not help. Please try it once more later.`,
  failedBecause: (reason: string): RichText => say`That did not work: ${reason}.`,
  later: (): RichText => say`I cannot reach my memory at the moment. I have noted what you want, and do it as soon as I can.`,
  notYours: (): RichText => say`This belongs to somebody else. Send me a picture yourself, and you get your own buttons.`,
  over: (): RichText => say`This is over: it was done, taken back, or waited too long. Just begin anew.`,
  timedOut: (topic: string): RichText => say`This has timed out (${topic}). Nothing was changed; just begin anew.`,
  cancelled: (topic: string): RichText => say`Cancelled: ${topic}. Nothing was changed.`,
  nothingToCancel: (): RichText => say`There is nothing to cancel.`,
  cancelledThese: (topics: readonly string[]): RichText => say`Cancelled: ${listed(topics)}.`,
  moreToCancel: (count: number): RichText => say` ${countOf(count, 'more is', 'more are')} open: /cancel all ends everything.`,
  whichOne: (count: number): RichText =>
    count === 1
      ? say`I cannot tell whether that is an answer to what I asked. If it is, please reply to my question, not to another message:`
      : say`You have several things open. Which one is that for? Please reply to its message:`,
  picture: {
    topic: (atMs: number): string => `the picture of ${moment(atMs, 'time').text}`,
    card: (count: number): RichText =>
      count === 1 ? say`A picture! What shall I do with it?` : say`${count} pictures! What shall I do with them?`,
    who: (): string => 'Who is it?',
    learn: (): string => 'Learn',
    nothing: (): string => 'Nothing',
    looking: (): RichText => say`I am looking at it …`,
    cannotLook: (reason: string): RichText => say`I cannot look at it: ${reason}.`,
    kept: (): RichText => say`Nothing of this picture was kept.`,
  },
  learn: {
    noFace: (isDark: boolean): RichText =>
      isDark
        ? say`I found no face: the picture is very dark. Try one with more light on the face.`
        : say`I found no face. Try a picture where the face is larger, looks into the camera, and is not covered.`,
    askName: (): RichText => say`Whose face is this? Write the name as an answer to this message, or pick somebody above.`,
    placeholder: (): string => 'Name',
    card: (like: string | null): RichText =>
      like === null ? say`I do not know this face yet. Who is it?` : say`This looks like ${bold(like)}. Who is it?`,
    gone: (name: string): RichText =>
      say`${bold(name)} is no longer there: forgotten, or merged into somebody else. Write a name, or pick somebody else.`,
    thisIs: (name: string): string => `This is ${name}`,
    pick: (count: number): RichText => say`I see ${countOf(count, 'face')}. Which one shall I learn? Pick its number.`,
    cancel: (): string => 'Cancel',
    tooSmall: (px: number, least: number): RichText =>
      say`This face is too small: ${Math.round(px)} pixels wide, and I need ${least}. Send a picture from nearer, and as a file, so that the app does not shrink it.`,
    tooBlurred: (isTurned: boolean): RichText =>
      isTurned
        ? say`This face is turned away too much. Send a picture in which it looks into the camera.`
        : say`This face is too blurred. Send a sharper picture: in more light, held still, or as a file.`,
    conflict: (known: string, given: string): RichText => say`I know this face as ${bold(known)}. What about ${bold(given)}?`,
    rename: (known: string, given: string): string => cutLabel(`Rename ${known} to ${given}`),
    alias: (known: string, given: string): string => cutLabel(`${known} is also called ${given}`),
    another: (given: string): string => cutLabel(`No, it is somebody else: ${given}`),
    learned: (name: string, isNew: boolean): RichText =>
      isNew ? say`Learned: this is ${bold(name)}, whom I did not know before.` : say`Learned: one more picture of ${bold(name)}.`,
    merged: (stranger: string): RichText => say` ${stranger} was the same person, and is no more.`,
    knownAlready: (name: string): RichText => say`I know this picture of ${bold(name)} already, or one just like it. Nothing was changed.`,
    renamed: (from: string, to: string): RichText => say`${bold(from)} is called ${bold(to)} now.`,
    aliased: (name: string, alias: string): RichText => say`${bold(name)} is also called ${bold(alias)} now.`,
    refused: (reason: string): RichText => say`Nothing was changed: ${reason}.`,
    nameInvalid: (reason: string): RichText => say`That cannot be a name: ${reason}. Please write another one.`,
    undo: (): string => 'Undo',
    undone: (outcome: string): RichText => say`Taken back: “${outcome}”`,
  },
  naming: {
    topic: (): string => 'the name of somebody in a post',
    /** `place`: where they were seen, with a link to the post where there is one; null: nobody knows. */
    card: (number: number | null, place: TextRun | null): RichText => [
      ...(number === null ? say`Who is this` : say`Who is ${bold(String(number))}`),
      ...(place === null ? say`?` : say` at ${place}?`),
    ],
    noted: (name: string): RichText => say`Noted: ${bold(name)}. The post follows.`,
  },
  access: {
    allowed: (number: string, role: Role): RichText =>
      role === 'admin' ? say`${bold(number)} is an admin now.` : say`${bold(number)} may talk with me now.`,
    allowedAlready: (number: string): RichText => say`${bold(number)} was let in before.`,
    removed: (number: string): RichText => say`${bold(number)} may no longer talk with me, but in groups that were let in.`,
    notIn: (number: string): RichText => say`${bold(number)} was not let in.`,
    configured: (number: string): RichText =>
      say`${bold(number)} is let in by the configuration. Whoever runs this watchpost can take the number out there.`,
    notSelf: (): RichText => say`You cannot change what you may do yourself: another admin can.`,
    usage: (command: string): RichText =>
      say`Say whom, by number: /${command} 123456789. A group's number begins with a minus; /id in the group tells it.`,
    invitation: (link: string): RichText =>
      say`Whoever opens this link first may talk with me; it is good for 15 minutes and once: ${{ text: link, link }}`,
    list: (): RichText => say`${bold('Who may talk with me:')}`,
    entry: (number: string, role: Role, how: 'configured' | number): RichText =>
      how === 'configured' ? say`• ${number}: ${role}, by the configuration` : say`• ${number}: ${role}, since ${moment(how, 'date')}`,
    more: (count: number): RichText => say`… ${count} more`,
    invitedFirst: (link: string): string =>
      `nobody may talk with this watchpost yet. Whoever opens this link first becomes its admin (good for 15 minutes): ${link}`,
  },
};
/** A button's label: names may be long. */
const cutLabel = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);
