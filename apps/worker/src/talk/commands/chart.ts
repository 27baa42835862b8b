import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { say } from '@watchpost/shared/chat/say';
import { chartPicture } from '../../chart-picture.ts';
import type { Scheduling } from '../../scheduled/scheduling-parts.ts';
import { wordsFor, type Language, type Words } from '@watchpost/talk/words/words';
import { messageOf } from '../answering.ts';
import type { TalkCommand } from '../talk-command.ts';
import { wordsOf } from './words-deps.ts';

export interface ChartDeps {
  scheduling: Pick<Scheduling, 'schedule' | 'collections' | 'now'>;
  talkLanguage: Language;
}

const usualDays = 30;
const mostDays = 3_660;

/** `/chart NAME [DAYS]`: the numbers of a collection that jobs on a schedule keep, as a picture. */
export const chart: TalkCommand<ChartDeps> = {
  name: 'chart',
  description: wordsFor(null).does.chart,
  run: async (typed, talker, given, signal) => {
    const { talk, chat, messageId } = talker;
    const { scheduling: deps } = given;
    const words = wordsOf(talker, given).chart;
    const wish = readWish(typed, deps, words);
    if ('answer' in wish) return wish.answer;
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
): { of: string; days: number } | { answer: TalkMessage } {
  const known = namesIn(deps);
  if (known.length === 0) return { answer: messageOf(words.nothing()) };
  const [name = '', written = String(usualDays), ...more] = typed.split(/\s+/);
  if (name === '') return { answer: messageOf(words.which(known)) };
  const of = known.find((each) => each === name.toLowerCase());
  if (of === undefined) return { answer: messageOf(words.unknown(known)) };
  const days = Number(written);
  if (!Number.isInteger(days) || days < 1 || days > mostDays || more.length > 0) return { answer: messageOf(words.badDays(of, mostDays)) };
  return { of, days };
}

/** As the job that posts a chart of it draws it; else one line of the field that has numbers. */
function settingsOf(of: string, { schedule }: Pick<Scheduling, 'schedule'>): { value?: string; by?: string | undefined; timeZone: string } {
  const all = schedule.all();
  const drawing = all.find(({ post }) => post?.chart?.of === of);
  if (drawing?.post?.chart) return { value: drawing.post.chart.value, by: drawing.post.chart.by, timeZone: drawing.times.timeZone };
  return { timeZone: all.find(({ store }) => store?.into === of)?.times.timeZone ?? 'UTC' };
}
