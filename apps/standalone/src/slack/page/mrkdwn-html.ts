import { attributes, escapeHtml } from './html.ts';

/** What people and channels are called, by their ids; undefined: not known. */
export type NameOf = (id: string) => string | undefined;

/** Stands for a piece that is HTML already, while the marks around it are looked for. */
const held = /\uE000(\d+)\uE001/g;

/** Slack's mrkdwn as HTML: links, mentions, dates, code, bold, italics, strike, quotes and line breaks. What the text holds shows literally. */
export function mrkdwnToHtml(text: string, nameOf: NameOf): string {
  const pieces: string[] = [];
  const hold = (html: string): string => `\uE000${String(pieces.push(html) - 1)}\uE001`;
  const withoutEntities = text
    .replaceAll(/[\uE000\uE001]/g, '')
    .replaceAll(/```\n?([\s\S]+?)```/g, (_, code: string) => hold(`<pre>${literal(code)}</pre>`))
    .replaceAll(/`(?!\u2060)([^`\n]+)(?<!\u2060)`/g, (_, code: string) => hold(`<code>${literal(code)}</code>`))
    .replaceAll(/<([^<>\n]+)>/g, (_, entity: string) => hold(entityToHtml(entity, nameOf)));
  const html = quotes(withMarks(literal(withoutEntities)));
  const restore = (part: string): string => part.replaceAll(held, (_, index: string) => restore(pieces[Number(index)] ?? ''));
  return restore(html);
}

/** Plain text as HTML. */
export const plainToHtml = (text: string): string => escapeHtml(text).replaceAll('\n', '<br>');

/** Slack escapes exactly three characters, once. */
const decode = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const literal = (text: string): string => escapeHtml(decode(text));

/** As in Slack: not inside a word, and no space or joiner (U+2060) inside the marks. */
const marked = (mark: string): RegExp => {
  const one = `\\${mark}`;
  return new RegExp(`(?<![\\w${one}])${one}(?![\\s\\u2060])([^${one}\\n]+)(?<![\\s\\u2060])${one}(?![\\w${one}])`, 'g');
};
const [bold, strike, italics] = ['*', '~', '_'].map(marked);

function withMarks(html: string): string {
  return html
    .replaceAll(bold ?? /$^/g, '<b>$1</b>')
    .replaceAll(strike ?? /$^/g, '<s>$1</s>')
    .replaceAll(italics ?? /$^/g, '<i>$1</i>');
}

function quotes(html: string): string {
  const lines = html.split('\n');
  return lines
    .map((line, index) => {
      const quoted = /^&gt;\s?(.*)$/.exec(line)?.[1];
      if (quoted !== undefined) return `<blockquote>${quoted}</blockquote>`;
      return index + 1 < lines.length && !lines[index + 1]?.startsWith('&gt;') ? `${line}<br>` : line;
    })
    .join('');
}

function entityToHtml(entity: string, nameOf: NameOf): string {
  const [target, label] = split(entity);
  const id = target.slice(1);
  if (target.startsWith('@')) return mention(`@${nameOf(id) ?? (label === undefined ? 'unknown' : decode(label))}`);
  if (target.startsWith('#')) return mention(`#${nameOf(id) ?? (label ? decode(label) : 'private channel')}`);
  if (target.startsWith('!date^')) return dateToHtml(target, label);
  if (target.startsWith('!')) return mention(decode(label ?? `@${id}`));
  const shown = label === undefined ? decode(target).replace(/^(?:mailto|tel):/, '') : decode(label);
  const href = safeHref(decode(target));
  if (href === null) return escapeHtml(`<${decode(entity)}>`);
  const outside = !href.startsWith('#');
  return `<a${attributes({ href, ...(outside && { target: '_blank', rel: 'noopener noreferrer nofollow' }) })}>${withMarks(escapeHtml(shown))}</a>`;
}

function split(entity: string): [string, string | undefined] {
  const bar = entity.indexOf('|');
  return bar < 0 ? [entity, undefined] : [entity.slice(0, bar), entity.slice(bar + 1)];
}

const mention = (text: string): string => `<span class="mention">${escapeHtml(text)}</span>`;

/** `!date^1700000000^{date} at {time}^link`: the page's script shows it in the reader's time zone. */
function dateToHtml(target: string, label: string | undefined): string {
  const [, seconds = '', tokens = '', link] = target.split('^');
  const fallback = decode(label ?? tokens);
  if (!/^-?\d{1,12}$/.test(seconds)) return escapeHtml(fallback);
  const when = new Date(Number(seconds) * 1_000).toISOString();
  const time = `<time${attributes({ datetime: when, 'data-tokens': decode(tokens) })}>${escapeHtml(fallback)}</time>`;
  const href = link === undefined ? null : safeHref(decode(link));
  return href === null ? time : `<a${attributes({ href })}>${time}</a>`;
}

/** Only addresses that cannot run anything. A permalink, which the emulated Slack does not serve, leads to the message on this page. */
export function safeHref(url: string): string | null {
  const message = /^http:\/\/127\.0\.0\.1:\d+\/archives\/([A-Z0-9]+)\/p(\d+)(?:\?.*)?$/.exec(url);
  if (message) return `#${message[1] ?? ''}-p${message[2] ?? ''}`;
  return /^(?:https?:\/\/|mailto:|tel:)/i.test(url) ? url : null;
}
