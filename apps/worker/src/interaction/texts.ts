import type { Post, PostSection } from '@watchpost/shared/chat/post';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import type { LastSeen } from '@watchpost/gallery/domain';
import { sectionsOf } from '@watchpost/visits/words/lines';

/** A text of plain pieces and runs: say`…` for what is shown. Pure. */
export function say(pieces: TemplateStringsArray, ...values: readonly (string | number | TextRun | RichText)[]): RichText {
  return pieces.flatMap((piece, index) => {
    const value = values[index];
    return [...(piece === '' ? [] : [{ text: piece }]), ...(value === undefined ? [] : runsOf(value))];
  });
}

const runsOf = (value: string | number | TextRun | RichText): RichText =>
  typeof value === 'object' ? ('text' in value ? [value] : value) : [{ text: String(value) }];

/** The text without anything that only a platform can show. */
export const plain = (text: RichText): string => text.map((run) => run.text).join('');

/** A moment, in the reader's time zone where the platform can. */
export function moment(atMs: number, format: 'time' | 'date' | 'date-time' = 'date-time'): TextRun {
  const [date = '', time = ''] = new Date(atMs).toISOString().slice(0, 16).split('T');
  const text = { time: `${time} UTC`, date, 'date-time': `${date} ${time} UTC` }[format];
  return { text, time: { atMs, format } };
}

/** Where a person was seen last. */
export const seenAt = ({ atMs, camera, channel }: LastSeen): RichText => say`${moment(atMs)} at ${placeOf({ camera, channel })}`;

/** A camera; where it is not known, its channel. */
export function placeOf({ camera, channel }: { camera: string | null; channel: string }): string {
  return camera ?? channel.slice(channel.indexOf(':') + 1);
}

/** Names in one line: `Ada, Grace and Unknown 3`. */
export function listed(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** `1 face`, `2 faces`; thousands as people write them. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en-GB')} ${many}`;

/** A section of one text, without buttons. */
export const section = (text: RichText): PostSection => ({ text, buttons: [], menu: [] });

/** An answer of a heading and lines, in as few sections as hold them. */
export function answerOf(heading: RichText, lines: readonly RichText[], footer: RichText = []): Post {
  const sections = sectionsOf(heading.length === 0 ? lines : [heading, ...lines]);
  return { summary: plain(heading), picture: null, sections, footer };
}
