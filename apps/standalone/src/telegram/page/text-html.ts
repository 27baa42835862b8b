import { attributes, escapeHtml } from '../../slack/page/html.ts';
import type { Entity } from '../world/model.ts';
import { foundEntities } from '../world/world.ts';

/** A text with its marks as HTML, together with those that Telegram's clients find by themselves. */
export function textToHtml(text: string, given: readonly Entity[]): string {
  const overlaps = (a: Entity, b: Entity): boolean => a.offset < b.offset + b.length && b.offset < a.offset + a.length;
  const closed = given.filter(({ type }) => /^(?:code|pre|text_link|url|bot_command|email)$/.test(type));
  const all = [...given, ...foundEntities(text).filter((found) => !closed.some((each) => overlaps(found, each)))];
  const edges = new Set([0, text.length, ...all.flatMap(({ offset, length }) => [offset, offset + length])]);
  const sorted = [...edges].filter((edge) => edge <= text.length).sort((a, b) => a - b);
  return sorted
    .slice(0, -1)
    .map((from, index) => {
      const to = sorted[index + 1] ?? text.length;
      const over = all.filter(({ offset, length }) => offset <= from && offset + length >= to);
      const words = escapeHtml(text.slice(from, to)).replaceAll('\n', '<br>');
      // The longest mark is the outermost.
      return [...over].sort((a, b) => a.length - b.length).reduce((html, entity) => wrapped(html, entity, text), words);
    })
    .join('');
}

const tags: Record<string, string> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};

function wrapped(html: string, entity: Entity, text: string): string {
  const words = text.slice(entity.offset, entity.offset + entity.length);
  const tag = tags[entity.type];
  if (tag !== undefined) return `<${tag}>${html}</${tag}>`;
  switch (entity.type) {
    case 'url':
      return link(words, html);
    case 'text_link':
      return link(entity.url ?? '', html);
    case 'email':
      return link(`mailto:${words}`, html);
    case 'bot_command':
      return `<a${attributes({ href: '#', role: 'button', 'data-say': words })}>${html}</a>`;
    case 'date_time':
      return `<time${attributes({ datetime: new Date((entity.unix_time ?? 0) * 1_000).toISOString() })}>${html}</time>`;
    default:
      return html;
  }
}

function link(href: string, html: string): string {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href)) return html;
  return `<a${attributes({ href, target: '_blank', rel: 'noopener noreferrer nofollow' })}>${html}</a>`;
}
