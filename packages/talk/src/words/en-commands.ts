import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { countOf, listed, moment, say } from '@watchpost/shared/chat/say';

const bold = (text: string): TextRun => ({ text, bold: true });

/** What each command does, for /help and the platform's menu: at most 100 characters. */
const does = {
  start: 'what I can do',
  help: 'all commands',
  faces: 'everything about people: list, rename, merge, tell me when …',
  who: 'who is there now',
  lastseen: 'when and where somebody was last seen: /lastseen Ada',
  quote: 'a quote; with a word after it, one about that',
  '8ball': 'ask the magic ball: /8ball Will it rain?',
  slog: 'your private log: /slog and what you want to note',
  register: 'tell me your surname, age and gender; see, correct or erase them',
  whoami: 'your number, your role, and what I keep about you',
  privacy: 'what is kept of whom, and for how long',
  erase: 'erase everything that I keep about you',
  id: 'your number and the number of this chat',
  chart: 'the numbers that I collect, as a picture: /chart shares 30',
  convert: 'make a file of a link: /convert LINK mp3',
  cancel: 'end what we are in the middle of; /cancel all ends everything',
  allow: 'let a person or a group in: /allow 123456789, or /allow 123456789 admin',
  disallow: 'put somebody out again: /disallow 123456789',
  invite: 'make a link that lets one person in',
  access: 'everybody who may talk with me',
};

const greeting = {
  hello: (name: string | null): RichText => say`Hello${name === null ? '' : ` ${name}`}! I am watchpost. Here is what I can do:`,
  /** `links`: they are converted here. */
  can: (links: boolean): RichText[] => [
    say`• Send me a photo: I say who is in it, or learn a new face.`,
    say`• Ask me /who is there now, or when somebody was /lastseen.`,
    ...(links ? [say`• Send me a link: I make a song, a film or a picture of it.`] : []),
    say`• Note something with /slog, hear a /quote, ask the /8ball.`,
    say`• Type /help for all of it, and /privacy for what I keep.`,
  ],
};

const help = {
  heading: say`What you can type:`,
  line: (command: string, does: string): RichText => say`/${command} – ${does}`,
  /** Under the list, for admins. */
  admins: say`For admins:`,
  photo: (links: boolean): RichText => (links ? say`Or just send me a photo or a link.` : say`Or just send me a photo.`),
};

const chat = {
  /** The answer to whatever is no command. */
  echo: say`Reading you 5x5.`,
  echoHint: say`I am better at photos, links and commands: /help lists them.`,
  /** To a sticker, a voice message … */
  noText: say`I can only read text, and look at photos. /help lists what you can type.`,
  unknown: (command: string, nearest: string | null): RichText =>
    nearest === null
      ? say`I do not know /${command}. /help lists what I know.`
      : say`I do not know /${command}. Did you mean /${nearest}? /help lists what I know.`,
};

const ball = {
  ask: say`Ask me something that can be answered with yes or no: /8ball Will it rain?`,
  answers: [
    'It is certain.',
    'It is decidedly so.',
    'Without a doubt.',
    'Yes, definitely.',
    'You may rely on it.',
    'As I see it, yes.',
    'Most likely.',
    'Outlook good.',
    'Yes.',
    'Signs point to yes.',
    'Reply hazy, try again.',
    'Ask again later.',
    'Better not tell you now.',
    'Cannot predict now.',
    'Concentrate and ask again.',
    "Don't count on it.",
    'My reply is no.',
    'My sources say no.',
    'Outlook not so good.',
    'Very doubtful.',
  ],
};

const log = {
  usage: [
    say`Your private log. Nobody else can read it in the chat.`,
    say`• /slog TEXT – note something, also several lines`,
    say`• /slog list – the newest ten; /slog list 30, or /slog list WORD`,
    say`• /slog list before 17 – older ones`,
    say`• /slog show 17 – all of one entry`,
    say`• /slog export – everything as a file`,
    say`• /slog erase 17, or /slog erase all`,
  ],
  noted: (number: number): RichText => say`Noted as ${bold(String(number))}.`,
  tooLong: (characters: number, most: number): RichText =>
    say`This has ${countOf(characters, 'character')}, and an entry has room for ${countOf(most, 'character')}. Could you make two of it?`,
  nothingToSee: say`There is nothing to see in this text, so I have noted nothing.`,
  full: (most: number): RichText =>
    say`Your log is full: ${countOf(most, 'entry', 'entries')} are the most. Save it with /slog export, then make room with /slog erase.`,
  empty: say`Your log is empty. /slog and a few words make the first entry.`,
  noneWith: (word: string): RichText => say`No entry has “${word}” in it.`,
  noneBefore: (number: number): RichText => say`There is no entry before ${number}.`,
  noSuch: (number: number): RichText => say`There is no entry ${number}. /slog list shows which there are.`,
  entry: (number: number, atMs: number, text: string): RichText => say`${bold(String(number))} · ${moment(atMs)}\n${text}`,
  older: (before: number): RichText => say`Older ones: /slog list before ${before}`,
  /** Of a file with everything. `part`: null if there is one only. */
  exported: (count: number, part: { number: number; of: number } | null): RichText =>
    say`Your log: ${countOf(count, 'entry', 'entries')}${part === null ? '' : `, part ${part.number} of ${part.of}`}.`,
  fileName: (day: string, part: number | null): string => `private-log-${day}${part === null ? '' : `-${part}`}.txt`,
  askAll: (count: number): RichText =>
    say`Erase your whole log, ${countOf(count, 'entry', 'entries')}? This cannot be taken back. /slog export saves it first.`,
  askOne: (number: number, text: string): RichText => say`Erase entry ${bold(String(number))}? This cannot be taken back.\n“${text}”`,
  erasedAll: (count: number): RichText => say`Erased: your log, ${countOf(count, 'entry', 'entries')}.`,
  erasedBefore: (number: number): RichText => say`Entry ${bold(String(number))} was gone already.`,
  erasedOne: (number: number): RichText => say`Erased: entry ${bold(String(number))}.`,
  eraseWhat: say`Say what: /slog erase 17 for one entry, /slog erase all for the whole log.`,
};

/** Buttons below a question. */
const buttons = {
  erase: 'Erase',
  keep: 'Keep it',
  save: 'Save',
  correct: 'Correct',
  cancel: 'Cancel',
  back: 'Back',
};

/** About questions whether to erase something. */
const erasing = {
  kept: say`Nothing was erased.`,
  topic: 'whether to erase something',
};

const registration = {
  /** What the conversation is about. */
  topic: 'your registration',
  askSurname: say`What is your surname?`,
  askAge: say`How old are you, in years?`,
  askGender: say`What is your gender? Pick one, or answer in your own words.`,
  surnamePlaceholder: 'Your surname',
  agePlaceholder: 'A whole number, such as 34',
  badSurname: say`I need a surname with at least one letter, and at most 64 characters. What is it?`,
  badAge: say`I need your age as a whole number from 1 to 130, such as 34. How old are you?`,
  badGender: say`That is a little long, or I cannot read it. Pick one, or use up to 64 characters.`,
  genders: ['Female', 'Male', 'Non-binary', 'I would rather not say'],
  fields: { surname: 'Surname', age: 'Age', gender: 'Gender' },
  summary: (surname: string, age: number, gender: string): RichText =>
    say`Surname: ${bold(surname)}\nAge: ${bold(String(age))}\nGender: ${bold(gender)}`,
  check: say`Is this right?`,
  which: say`What shall we correct?`,
  saved: say`Saved. /register show shows it, /register corrects it, /register erase erases it.`,
  notSaved: say`Nothing was saved.`,
  asBefore: say`All stays as it was.`,
  begunAgain: say`You have begun again: we go on further down.`,
  pressAButton: say`Please press one of the buttons of my last message.`,
  stored: (atMs: number): RichText => say`You told me on ${moment(atMs, 'date')}:`,
  none: say`I know nothing about you yet. /register asks three short questions.`,
  askErase: say`Erase your registration? This cannot be taken back.`,
  erased: say`Erased: your registration.`,
  nothingToErase: say`There is nothing to erase: you are not registered.`,
  usage: say`/register asks three short questions; /register show shows what I know; /register erase erases it.`,
  timedOut: say`This has timed out, and nothing was saved. /register begins again.`,
  cancelled: say`Cancelled: nothing was saved. /register begins again.`,
};

const self = {
  you: (number: string, name: string | null): RichText => say`You are number ${bold(number)}${name === null ? '' : `, ${name}`}.`,
  role: { admin: say`Your role: admin.`, member: say`Your role: member.` },
  thisChat: (number: string): RichText => say`This chat is number ${bold(number)}.`,
  keep: say`What I keep about you:`,
  keepsAccess: say`• that you may talk with me`,
  keepsLog: (count: number): RichText => say`• your private log: ${countOf(count, 'entry', 'entries')} (/slog list)`,
  keepsRegistration: say`• your registration (/register show)`,
  keepsOrders: (count: number): RichText =>
    say`• ${countOf(count, 'order', 'orders')} to tell you when somebody comes (/faces subscriptions)`,
  keepsDialogs: (count: number): RichText => say`• ${countOf(count, 'open conversation')}, until it ends (/cancel)`,
  howToErase: say`/erase erases all of it but your access, which only an admin can take away.`,
  /** `keepDays`: null: until it is erased. */
  privacy: (keepDays: number | null): RichText[] => [
    say`• What you write is read, answered and dropped. Only what you give to /slog and /register is kept, ${keepDays === null ? 'until you erase it' : `for ${countOf(keepDays, 'day')}, or until you erase it`}; and quotes, which are for everybody and do not say who added them.`,
    say`• Photos that you send are looked at and not kept, unless you choose Learn: then the face is kept under the name that you give.`,
    say`• Faces of the cameras are kept as the people who run this watchpost have set it. Ask them, or /faces help.`,
    say`• Nobody else can read your log in the chat. Whoever runs the database could.`,
    say`• Who was let in, and who erased what, is noted, without its content, for as long as the people who run this watchpost have set it.`,
    say`• /whoami shows what I keep about you, /erase erases it.`,
  ],
  askErase: say`Erase everything that I keep about you: your log, your registration, what we are in the middle of, and your orders to be told? This cannot be taken back. You can still talk with me afterwards.`,
  erased: say`Erased:`,
  erasedLog: (count: number): RichText => say`• your private log: ${countOf(count, 'entry', 'entries')}`,
  erasedRegistration: say`• your registration`,
  erasedDialogs: (count: number): RichText => say`• ${countOf(count, 'open conversation')}`,
  erasedOrders: (count: number): RichText => say`• ${countOf(count, 'order', 'orders')} to tell you when somebody comes`,
  nothing: say`There was nothing to erase.`,
  accessStays: say`That you may talk with me stays noted: only an admin can take it away.`,
};

const quotes = {
  none: say`I know no quotes yet. /quote add and some words make the first one.`,
  noneAbout: (tag: string): RichText => say`I know no quote about “${tag}”. /quote tags lists what I know some about.`,
  shown: (text: string, author: string | null, source: string | null): RichText =>
    say`“${text}”${author === null ? '' : `\n– ${author}`}${source === null ? '' : ` (${source})`}`,
  added: (tags: readonly string[]): RichText => (tags.length === 0 ? say`Added.` : say`Added, about ${tags.join(', ')}.`),
  known: say`I know this one already.`,
  tags: say`I know quotes about:`,
  noTags: say`No quote says yet what it is about. /quote add TEXT #word adds one that does.`,
  tag: (tag: string): RichText => say`• ${bold(tag)}`,
  more: (count: number): RichText => say`and ${count} more`,
  addWhat: say`Say what: /quote add The early bird catches the worm. – Somebody #birds`,
  refused: (why: string): RichText => say`I cannot take this one: ${why}.`,
};

const chart = {
  nothing: say`Nothing is collected here yet. Whoever runs this watchpost can have numbers collected on a schedule.`,
  which: (names: readonly string[], example: string): RichText =>
    say`Which one? There is ${listed(names)}. For example: /chart ${example} 30`,
  unknown: (names: readonly string[]): RichText => say`Nothing of that name is collected. There is ${listed(names)}.`,
  badDays: (most: number, example: string): RichText => say`After the name goes a number of days, from 1 to ${most}: /chart ${example} 30`,
  noNumbers: (name: string, days: number): RichText => say`There are no numbers in ${name} of the last ${countOf(days, 'day')} yet.`,
  title: (name: string, days: number): string => `${name}, ${days} ${days === 1 ? 'day' : 'days'}`,
};

export const enCommands = { does, greeting, help, chat, ball, log, buttons, erasing, registration, self, quotes, chart };
