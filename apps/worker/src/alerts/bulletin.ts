import { hourMs, type OpenAlert } from '@watchpost/shared/alerts/open-alerts';
import { countOf, moment, say, sectionsOf } from '@watchpost/shared/chat/say';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { z } from 'zod';

/** What the ids of notices and mails to admins begin with. */
export const alertPrefix = 'alert-';

const lineSchema = z.object({
  topic: z.string(),
  /** `wrong`: for the first time, or still. `well`: somebody said so. `quiet`: nobody raised it for an hour. */
  is: z.enum(['wrong', 'still', 'well', 'quiet']),
  text: z.string(),
  code: z.string().nullable(),
  count: z.number(),
  firstAtMs: z.number(),
});
export type BulletinLine = z.infer<typeof lineSchema>;

/** One message to admins, about all that is to be said at a time. */
export const bulletinSchema = z.object({ id: z.string(), atMs: z.number(), lines: z.array(lineSchema) });
export type Bulletin = z.infer<typeof bulletinSchema>;

/** In one message; the rest waits for the next one. Some chats show 4,096 characters, and what goes beyond is lost. */
const mostLines = 40;
const mostCharacters = 3_600;
/** What stands around a line's text. Characters. */
const aroundLine = 80;

/** What is to be said now: each topic at once for the first time, then once an hour at most, and once that it is well again. Pure. */
export function dueLines(alerts: readonly OpenAlert[], nowMs: number): BulletinLine[] {
  const lines = alerts.flatMap((alert) => {
    const is = dueOf(alert, nowMs);
    const { topic, text, code, count, firstAtMs } = alert;
    return is ? [{ topic, is, text, code, count, firstAtMs }] : [];
  });
  // What is wrong comes first.
  const sorted = lines.toSorted((a, b) => Number(isOver(a.is)) - Number(isOver(b.is))).slice(0, mostLines);
  let length = 0;
  return sorted.filter(({ text, code }, index) => {
    length += Array.from(text).length + (code?.length ?? 0) + aroundLine;
    return index === 0 || length <= mostCharacters;
  });
}

function dueOf({ clearedAtMs, isTold, lastAtMs, toldAtMs, count }: OpenAlert, nowMs: number): BulletinLine['is'] | null {
  if (clearedAtMs !== null) return isTold ? 'well' : null;
  if (isTold && nowMs - lastAtMs >= hourMs) return 'quiet';
  const mayBeTold = toldAtMs === null || nowMs - toldAtMs >= hourMs;
  if (!mayBeTold || count === 0) return null;
  return isTold ? 'still' : 'wrong';
}

const isOver = (is: BulletinLine['is']): boolean => is === 'well' || is === 'quiet';

/** An alert after this line about it was said; null: it was noted before. Pure. */
export function afterLine(alert: OpenAlert, line: BulletinLine, { id, atMs }: Pick<Bulletin, 'id' | 'atMs'>): OpenAlert | null {
  if (alert.bulletin === id) return null;
  // What was raised since then is said later.
  if (!isOver(line.is)) return { ...alert, bulletin: id, count: Math.max(0, alert.count - line.count), toldAtMs: atMs, isTold: true };
  const isBack = alert.lastAtMs > atMs;
  return {
    ...alert,
    bulletin: id,
    isTold: false,
    count: isBack ? alert.count : 0,
    clearedAtMs: isBack ? null : (alert.clearedAtMs ?? atMs),
  };
}

/** The message as it is posted. Pure. */
export function postOf({ lines }: Pick<Bulletin, 'lines'>): Post {
  const wrong = lines.filter(({ is }) => !isOver(is)).length;
  const summary = wrong > 0 ? `Watchpost needs a person: ${countOf(wrong, 'problem')}` : 'Watchpost: well again';
  return {
    summary,
    picture: null,
    sections: sectionsOf([say`${{ text: summary, bold: true }}`, ...lines.map((line) => textOf(line))]),
    footer: [],
  };
}

function textOf({ is, text, code, count, firstAtMs }: BulletinLine): RichText {
  const reference = code === null ? '' : ` (${code})`;
  if (is === 'wrong') return say`• ${text}${reference}`;
  if (is === 'still') return say`• Still: ${text}${reference}. ${countOf(count, 'more time', 'more times')}; since ${moment(firstAtMs)}`;
  return is === 'well' ? say`• Well again: ${text}` : say`• Not seen for an hour: ${text}`;
}
