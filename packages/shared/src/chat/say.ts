import type { PostSection } from './post.ts';
import type { RichText, TextRun } from './rich-text.ts';

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

/** A platform takes a few thousand characters in one section. */
const mostCharacters = 2_000;

/** Lines in as few sections as they fit in, without buttons. */
export function sectionsOf(lines: readonly RichText[]): PostSection[] {
  const sections: PostSection[] = [];
  let length = 0;
  for (const line of lines) {
    const added = line.reduce((sum, { text, link = '' }) => sum + text.length + link.length, 1);
    const last = sections.at(-1);
    if (last && length + added <= mostCharacters) {
      sections[sections.length - 1] = { ...last, text: [...last.text, { text: '\n' }, ...line] };
      length += added;
    } else {
      sections.push(section(line));
      length = added;
    }
  }
  return sections;
}
