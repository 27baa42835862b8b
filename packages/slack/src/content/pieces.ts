/** A piece of a text as a reader sees it. */
export interface Piece {
  text: string;
  /** Where it links to. */
  url?: string;
  /** What some readers see in its place. */
  instead?: string;
  /** Slack shows a name for an id: `text` is one of them. */
  isMention?: true;
}

export type Pieces = readonly Piece[];

/** U+FFFF is no character: it stands for an entity while marks are taken away. */
const placeholder = '\uffff';

/**
 * A text in Slack's mrkdwn as a reader sees it: without marks, entities as their labels, `&amp;`, `&lt;` and `&gt;` decoded exactly once.
 * Takes linear time, whatever the text is.
 */
export function fromMrkdwn(mrkdwn: string): Pieces {
  if (mrkdwn === '') return [];
  const entities: Piece[] = [];
  const held = mrkdwn.replaceAll(placeholder, '').replaceAll(/<([^<>]+)>/g, (_all, inside: string) => {
    entities.push(entityPiece(inside));
    return placeholder;
  });
  const parts = withoutMarks(held).split(placeholder);
  // Marks are taken away in pairs, and entities never with them: there are as many as before.
  return parts.flatMap((part, index) => [...(part === '' ? [] : [{ text: decoded(part) }]), ...entities.slice(index, index + 1)]);
}

/** The three entities that Slack escapes, exactly once: `&amp;lt;` is `&lt;`. */
export const decoded = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt);/g, (_all, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'));

/** What stands between `<` and `>`. */
function entityPiece(inside: string): Piece {
  const bar = inside.indexOf('|');
  const target = decoded(bar === -1 ? inside : inside.slice(0, bar));
  const label = bar === -1 ? '' : decoded(inside.slice(bar + 1));
  if (target.startsWith('@')) return mention('@', target.slice(1), label);
  if (target.startsWith('#')) return mention('#', target.slice(1), label);
  if (!target.startsWith('!')) return { text: label || shownUrl(target), url: target };
  const [kind = '', id = '', ...rest] = target.slice(1).split('^');
  if (kind === 'subteam') return mention('@', id, label);
  if (kind === 'date') return datePiece(rest[0] ?? '', label, rest[1]);
  return { text: label || `@${target.slice(1)}` };
}

/** A date as Slack shows it: by its format, which may have words around `{date}`; else by what stands there for those who cannot see it. */
export function datePiece(format: string, fallback: string, url: string | undefined): Piece {
  const hasWords = /\S/.test(format.replaceAll(/\{\w{1,30}\}/g, ''));
  return { text: hasWords ? format : fallback, ...(hasWords && { instead: fallback }), ...(url && { url }) };
}

/** `@ada` of a label, `@U0123` of an id. */
export function mention(sign: '@' | '#', id: string, label: string): Piece {
  return { text: `${sign}${(label || id).replace(/^[@#]/, '')}`, isMention: true };
}

/** As Slack shows an address that has no label. */
const shownUrl = (url: string): string => url.replace(/^(?:mailto|tel):/, '');

/** Code keeps what is in it; outside of it pairs of marks go, as far as Slack takes them for marks. */
function withoutMarks(text: string): string {
  return text
    .split(/(```[^]*?```|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 1 ? part.replaceAll(/^`+|`+$/g, '') : withoutEmphasis(part)))
    .join('');
}

const [bold, italic, strike] = ['\\*', '_', '~'].map(
  (mark) => new RegExp(`(?<![\\p{L}\\p{N}])${mark}(?!\\s)([^${mark}\\n]+)(?<!\\s)${mark}(?![\\p{L}\\p{N}])`, 'gu'),
);

function withoutEmphasis(text: string): string {
  let shown = text;
  for (const marks of [bold, italic, strike]) if (marks) shown = shown.replaceAll(marks, '$1');
  return shown;
}

/** A text in Markdown (of a block of that type) as a reader sees it: emphasis joins, also within a word; a link is its label. */
export function fromMarkdown(markdown: string): Pieces {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (text: string): void => {
    if (text !== '') pieces.push({ text: decoded(text.replaceAll(/\*+|~~|`+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')) });
  };
  for (const link of markdown.matchAll(/\[([^[\]\n]{0,2000})\]\(([^()\s]{1,4000})\)/g)) {
    plain(markdown.slice(from, link.index));
    pieces.push({ text: decoded(link[1] ?? ''), url: decoded(link[2] ?? '') });
    from = link.index + link[0].length;
  }
  plain(markdown.slice(from));
  return pieces;
}

/** The text as it stands. */
export const literally = (text: string): Pieces => [{ text }];

/** Several texts below each other. */
export function lines(texts: readonly Pieces[]): Pieces {
  return texts.filter((pieces) => pieces.length > 0).flatMap((pieces, index) => (index === 0 ? pieces : [{ text: '\n' }, ...pieces]));
}

/** Whether the label of a link says its address already. */
export function showsUrl({ text, url }: Piece): boolean {
  if (url === undefined) return true;
  const bare = (address: string): string => address.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '').replace(/\/$/, '');
  const digits = (number: string): string => number.replaceAll(/[^\d+]/g, '');
  return bare(text) === bare(url) || (url.startsWith('tel:') && digits(text) === digits(url));
}
