import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';

/** Around an id in a text, until it is a run of its own; nobody can type it. */
const mark = '\u0000';

/** For `describeRule` and its like: an id that `withMentions` finds. */
export const showId = (key: ChannelKey): string => `${mark}${channelId(key)}${mark}`;

/** A text in which the ids are mentions of channels and members. Pure. */
export function withMentions(text: string): RichText {
  return text.split(mark).flatMap((part, index): TextRun[] => {
    if (index % 2 === 0) return part === '' ? [] : [{ text: part }];
    if (/^[UW]/.test(part)) return [{ text: part, member: part }];
    return [/^[CG]/.test(part) ? { text: part, channel: part } : { text: part }];
  });
}
