import type { TalkMessage } from '@watchpost/shared/chat/talk';
import { say } from '@watchpost/shared/chat/say';
import type { Schedule } from '@watchpost/schedule/schedule';
import type { Collections } from '@watchpost/schedule/store/collections';
import { chartPicture } from '../../chart-picture.ts';
import type { TalkCommand } from '../talk-command.ts';

export interface ChartDeps {
  schedule: Pick<Schedule, 'all'>;
  collections: Pick<Collections, 'during'>;
  now: () => number;
}

const usualDays = 30;
const mostDays = 3_660;

/** `/chart NAME [DAYS]`: the numbers of a collection that jobs on a schedule keep, as a picture. */
export const chart: TalkCommand<ChartDeps> = {
  name: 'chart',
  description: 'the numbers that I collect, as a picture: /chart shares 30',
  run: async (typed, { talk, chat, messageId }, deps, signal) => {
    const wish = readWish(typed, deps);
    if ('answer' in wish) return wish.answer;
    const { of, days } = wish;
    const { value = null, by = null, timeZone } = settingsOf(of, deps);
    const title = `${of}, ${String(days)} ${days === 1 ? 'day' : 'days'}`;
    const picture = await chartPicture({ of, value, by, days, title, timeZone }, deps, signal);
    if (!picture) return plainAnswer(`There are no numbers in ${of} of the last ${String(days)} days yet.`);
    const content = new Blob([Uint8Array.from(picture)], { type: 'image/png' });
    const file = { as: 'picture', content, fileName: `${of}.png`, title: null, performer: null } as const;
    await talk.sendFile({ chat, replyTo: messageId }, file, say`${title}`, signal);
    return null;
  },
};

const plainAnswer = (text: string): TalkMessage => ({ text: say`${text}`, buttons: [], ask: null });

/** The collections that there are, by the file. */
const namesIn = ({ schedule }: Pick<ChartDeps, 'schedule'>): string[] => [
  ...new Set(schedule.all().flatMap(({ store }) => store?.into ?? [])),
];

function readWish(typed: string, deps: ChartDeps): { of: string; days: number } | { answer: TalkMessage } {
  const known = namesIn(deps);
  if (known.length === 0) return { answer: plainAnswer('Nothing is collected here yet: docs/schedule.md says how.') };
  const there = `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`;
  const [name = '', written = String(usualDays), ...more] = typed.split(/\s+/);
  if (name === '') return { answer: plainAnswer(`Which one? ${there} For example: /chart ${known[0] ?? ''} 30`) };
  const of = known.find((each) => each === name.toLowerCase());
  if (of === undefined) return { answer: plainAnswer(`Nothing of that name is collected. ${there}`) };
  const days = Number(written);
  if (!Number.isInteger(days) || days < 1 || days > mostDays || more.length > 0)
    return { answer: plainAnswer(`Behind the name goes a number of days, from 1 to ${String(mostDays)}: /chart ${of} 30`) };
  return { of, days };
}

/** As the job that posts a chart of it draws it; else one line of the field that has numbers. */
function settingsOf(of: string, { schedule }: Pick<ChartDeps, 'schedule'>): { value?: string; by?: string | undefined; timeZone: string } {
  const all = schedule.all();
  const drawing = all.find(({ post }) => post?.chart?.of === of);
  if (drawing?.post?.chart) return { value: drawing.post.chart.value, by: drawing.post.chart.by, timeZone: drawing.times.timeZone };
  return { timeZone: all.find(({ store }) => store?.into === of)?.times.timeZone ?? 'UTC' };
}
