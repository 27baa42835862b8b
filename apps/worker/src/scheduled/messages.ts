import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain } from '@watchpost/shared/chat/say';
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
  const titled = (fields: Fields): string => filledIn(subject, { ...fields, ...common }).slice(0, 400);
  const first = items.at(-1)?.fields ?? {};
  if (text === undefined && item !== undefined)
    return items.slice(-(most ?? usualMessages)).map(({ id, fields }, index) => ({
      key: id ?? `${String(forMs)}.${String(index)}`,
      lines: [fillIn(item, { ...fields, ...common })],
      subject: titled(fields),
    }));
  // As its source has them.
  const shown = item === undefined ? [] : items.slice(-(most ?? usualLines)).toReversed();
  const rest = item === undefined ? 0 : items.length - shown.length;
  const lines = [
    ...(text === undefined ? [] : [fillIn(text, { ...first, ...common })]),
    ...shown.map(({ fields }) => fillIn(item ?? '', { ...fields, ...common })),
    ...(rest > 0 ? [[{ text: `… and ${String(rest)} more` }]] : []),
  ];
  return [{ key: String(forMs), lines, subject: titled(first) }];
}

function commonFields({ forMs, job, items, found, isOfNew }: Told, timeZone: string): Fields {
  const [today = '', now = ''] = shownTime(forMs, timeZone).split(' ');
  return { job, today, now, count: found, new: isOfNew ? items.length : 0 };
}
