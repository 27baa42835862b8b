import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
import { cut } from '@watchpost/shared/text';
import { shownTime } from '@watchpost/schedule/pick/wall-time';
import type { StoredItem } from '@watchpost/schedule/store/collections';
import { filledIn, fillIn, type Fields } from '@watchpost/schedule/template';

/** What a run tells of. */
export interface Told {
  /** Which run, milliseconds since 1970. */
  forMs: number;
  job: string;
  /** The oldest first. Stored ones have an id. */
  items: readonly (Pick<StoredItem, 'fields'> & { id: string | null })[];
  /** How many the source had. */
  found: number;
  /** Whether it tells of what is new only. */
  isOfNew: boolean;
}

/** How it is told. */
interface Telling {
  text?: string | undefined;
  item?: string | undefined;
  subject?: string;
  most?: number | undefined;
}

/** A message to be sent once. */
export interface Message {
  /** Tells it from the job's other messages: the same for each attempt. */
  key: string;
  lines: RichText[];
  /** Of a mail. */
  subject: string;
}

/** Lines in one message, and messages in one run. */
const usualLines = 20;
const usualMessages = 5;
/** As a mail in the queue has at most. */
const mostInSubject = 400;
/** Of the lines of one message: some chats show 4,096, and the rest would be lost. */
const mostCharacters = 3_400;

/** The messages of a run, without lines that would be empty. */
export function messagesOf(telling: Telling, told: Told, timeZone: string): Message[] {
  return allOf(telling, told, timeZone).map((message) => ({
    ...message,
    lines: message.lines.filter((line) => plain(line).trim() !== ''),
  }));
}

/** One with a line for each item, or one for each item where there is no text around them. Pure. */
function allOf(telling: Telling, told: Told, timeZone: string): Message[] {
  const { text, item, subject = '', most } = telling;
  const { items, forMs } = told;
  if (told.isOfNew && items.length === 0) return [];
  const common = commonFields(told, timeZone);
  // A mail whose fields are not there has a subject all the same.
  const titled = (fields: Fields): string => {
    const text = filledIn(subject, { ...fields, ...common }).trim();
    return text === '' ? told.job : cut(text, { characters: mostInSubject, units: mostInSubject });
  };
  const first = items.at(-1)?.fields ?? {};
  if (text === undefined && item !== undefined)
    return items.slice(-(most ?? usualMessages)).map(({ id, fields }, index) => ({
      key: id ?? `${String(forMs)}.${String(index)}`,
      lines: [fillIn(item, { ...fields, ...common })],
      subject: titled(fields),
    }));
  // As its source has them.
  const newest = item === undefined ? [] : items.slice(-(most ?? usualLines)).toReversed();
  const shown = fitting(newest.map(({ fields }) => fillIn(item ?? '', { ...fields, ...common })));
  const rest = item === undefined ? 0 : items.length - shown.length;
  const lines = [
    ...(text === undefined ? [] : [fillIn(text, { ...first, ...common })]),
    ...shown,
    ...(rest > 0 ? [[{ text: `… and ${String(rest)} more` }]] : []),
  ];
  return [{ key: String(forMs), lines, subject: titled(first) }];
}

/** As many as one message has room for; one at least. */
function fitting(lines: readonly RichText[]): RichText[] {
  let length = 0;
  return lines.filter((line, index) => {
    length += plain(line).length + 1;
    return index === 0 || length <= mostCharacters;
  });
}

function commonFields({ forMs, job, items, found, isOfNew }: Told, timeZone: string): Fields {
  const [today = '', now = ''] = shownTime(forMs, timeZone).split(' ');
  return { job, today, now, count: found, new: isOfNew ? items.length : 0 };
}
