import type { MessageEntity } from 'grammy/types';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { controls, cut, withoutInvisible } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';
import { telegramPrefix } from '../channel.ts';

/** A text as Telegram takes it: nothing in it is markup, and what it looks like stands beside it. Offsets are in UTF-16 units. */
export interface RenderedText {
  text: string;
  entities: MessageEntity[];
}

/** What Telegram takes in a message, and below a picture: in code points, as its servers count. */
export const limits = { message: 4_096, caption: 1_024 } as const;

/** Beyond these Telegram drops the rest. */
const mostEntities = 100;

const ellipsis = '…';

/** How long a text is for Telegram. */
export const lengthOf = (text: string): number => Array.from(text).length;

export const lengthOfRich = (text: RichText): number => text.reduce((sum, run) => sum + lengthOf(clean(run.text)), 0);

/** Telegram makes a mention of each `@name` and notifies whom it names, whoever wrote it: a word joiner, which nobody sees, prevents that. */
const withoutMentions = (text: string): string => text.replaceAll(/(?<![\p{L}\p{N}_])@(?=\w)/gu, '@\u2060');

/** Without what nobody sees, what turns the text around it, what notifies anybody, and what is no character. Breaks stay. */
const clean = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => withoutMentions(withoutInvisible(line).replaceAll(controls, '')))
    .join('\n');

/** The text, of at most `most` code points; what was cut off shows as an ellipsis. Never empty, which Telegram would refuse. */
export function renderText(rich: RichText, most: number): RenderedText {
  const runs = fitting(
    rich.map((run) => ({ ...run, text: clean(isElsewhere(run) ? `${run.text} (${run.platform})` : run.text) })),
    most,
  );
  const entities: MessageEntity[] = [];
  let text = '';
  for (const run of runs) {
    const at = { offset: text.length, length: run.text.length };
    if (run.text.trim() !== '') entities.push(...entitiesOf(run, at));
    text += run.text;
  }
  return text.trim() === '' ? { text: ellipsis, entities: [] } : { text, entities: entities.slice(0, mostEntities) };
}

/** A member of another platform. */
const isElsewhere = ({ member, platform }: TextRun): boolean =>
  member !== undefined && platform !== undefined && platform !== telegramPrefix;

/** As much as there is room for, in whole characters. */
function fitting(runs: RichText, most: number): RichText {
  if (lengthOfRich(runs) <= most) return runs;
  const kept: TextRun[] = [];
  let left = most - 1;
  for (const run of runs) {
    const length = lengthOf(run.text);
    if (length > left) {
      kept.push({ ...run, text: cut(run.text, { characters: left, units: left }).trimEnd() });
      break;
    }
    kept.push(run);
    left -= length;
  }
  return [...kept, { text: ellipsis }];
}

type Place = Pick<MessageEntity, 'offset' | 'length'>;

/** Clients that do not know an entity show the text itself. */
function entitiesOf(run: TextRun, at: Place): MessageEntity[] {
  const { link, time, member, bold } = run;
  const entities: MessageEntity[] = bold === true ? [{ type: 'bold', ...at }] : [];
  if (link !== undefined && isLink(link)) entities.push({ type: 'text_link', url: link, ...at });
  if (time) entities.push({ type: 'date_time', unix_time: Math.floor(time.atMs / 1_000), date_time_format: formats[time.format], ...at });
  if (member !== undefined && !isElsewhere(run) && /^[1-9]\d{0,15}$/.test(member))
    entities.push({ type: 'text_mention', user: { id: Number(member), is_bot: false, first_name: 'member' }, ...at });
  return entities;
}

/** As Telegram writes them: short ones, in the reader's language and time zone. */
const formats = { time: 't', date: 'd', 'date-time': 'dt' } as const;

const isLink = (link: string): boolean => ['http:', 'https:', 'tg:', 'mailto:'].includes(parseUrl(link)?.protocol ?? '');
