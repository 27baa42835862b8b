import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { Words } from '@watchpost/talk/words/words';
import { messageOf } from '../answering.ts';
import { chartPicture } from '../../chart-picture.ts';
import type { Scheduling } from '../../scheduled/scheduling-parts.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf, type WordsDeps } from './words-deps.ts';

export interface ChartDeps extends Pick<WordsDeps, 'talkLanguage'> {
  scheduling: Pick<Scheduling, 'schedule' | 'collections' | 'now'>;
}

const usualDays = 30;
const mostDays = 3_660;

/** `/chart NAME [DAYS]`: the numbers of a collection that jobs on a schedule keep, as a picture. */
export const chart: TalkCommand<ChartDeps> = {
  name: 'chart',
  run: async (typed, talker, { scheduling: deps, talkLanguage }, signal) => {
    const { talk, chat, messageId } = talker;
    const { chart: words } = wordsOf(talker, { talkLanguage });
    const wish = readWish(typed, deps, words);
    if ('answer' in wish) return messageOf(wish.answer);
    const { of, days } = wish;
    const { value = null, by = null, timeZone } = settingsOf(of, deps);
    const title = words.title(of, days);
    const picture = await chartPicture({ of, value, by, days, title, timeZone }, deps, signal);
    if (!picture) return messageOf(words.noNumbers(of, days));
    const content = new Blob([Uint8Array.from(picture)], { type: 'image/png' });
    const file = { as: 'picture', content, fileName: `${of}.png`, title: null, performer: null } as const;
    await talk.sendFile({ chat, replyTo: messageId }, file, say`${title}`, signal);
    return null;
  },
};

/** The collections that there are, by the file. */
const namesIn = ({ schedule }: Pick<Scheduling, 'schedule'>): string[] => [
  ...new Set(schedule.all().flatMap(({ store }) => store?.into ?? [])),
];

function readWish(
  typed: string,
  deps: Pick<Scheduling, 'schedule'>,
  words: Words['chart'],
): { of: string; days: number } | { answer: RichText } {
  const known = namesIn(deps);
  const [first] = known;
  if (first === undefined) return { answer: words.nothing };
  const [name = '', written = String(usualDays), ...more] = typed.split(/\s+/);
  if (name === '') return { answer: words.which(known, first) };
  const of = known.find((each) => each === name.toLowerCase());
  if (of === undefined) return { answer: words.unknown(known) };
  const days = Number(written);
  const isWhole = Number.isInteger(days) && days >= 1 && days <= mostDays && more.length === 0;
  return isWhole ? { of, days } : { answer: words.badDays(mostDays, of) };
}

/** As the job that posts a chart of it draws it; else one line of the field that has numbers. */
function settingsOf(of: string, { schedule }: Pick<Scheduling, 'schedule'>): { value?: string; by?: string | undefined; timeZone: string } {
  const all = schedule.all();
  const drawing = all.find(({ post }) => post?.chart?.of === of);
  if (drawing?.post?.chart) return { value: drawing.post.chart.value, by: drawing.post.chart.by, timeZone: drawing.times.timeZone };
  return { timeZone: all.find(({ store }) => store?.into === of)?.times.timeZone ?? 'UTC' };
}
