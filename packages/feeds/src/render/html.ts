import type { Block, Inline, Written, WrittenList } from '@watchpost/shared/chat/written';
import { formatTime, isTime } from './dates.ts';
import { escaped } from './escape.ts';
import { deepest, flat } from './flat.ts';
import { safeLink, safePicture } from './links.ts';
import type { Names } from './names.ts';
import { mentionText } from './text.ts';

/** From the outermost to the innermost. */
const tagOf = { bold: 'strong', italic: 'em', strike: 's', underline: 'u', code: 'code' } as const;
const order = ['code', 'underline', 'strike', 'italic', 'bold'] as const;

/** Of an emoji that is a picture, CSS pixels. */
const emojiPx = 20;

const lines = (text: string): string => escaped(text).replaceAll('\n', '<br>');

function link(url: string, html: string): string {
  const href = safeLink(url);
  return href === null ? html : `<a href="${escaped(href)}" rel="noopener noreferrer nofollow ugc" target="_blank">${html}</a>`;
}

function emojiHtml(inline: Extract<Inline, { type: 'emoji' }>, names: Names): string {
  if (inline.unicode) return escaped(inline.unicode);
  const known = names.emoji(inline.name);
  const name = escaped(`:${inline.name}:`);
  if (known && 'unicode' in known) return escaped(known.unicode);
  const src = known ? safePicture(known.url) : null;
  if (src === null) return name;
  return `<img class="emoji" src="${escaped(src)}" alt="${name}" title="${name}" width="${emojiPx}" height="${emojiPx}">`;
}

function timeHtml({ atMs, format, fallback, url }: Extract<Inline, { type: 'time' }>, names: Names): string {
  const text = lines(formatTime(atMs, format, names) ?? fallback);
  const html = isTime(atMs) ? `<time datetime="${new Date(atMs).toISOString()}">${text}</time>` : text;
  return url === null ? html : link(url, html);
}

function bare(inline: Exclude<Inline, { type: 'color' | 'break' }>, names: Names): string {
  switch (inline.type) {
    case 'text':
      return lines(inline.text);
    case 'link':
      return link(inline.url, lines(inline.text || inline.url));
    case 'member':
    case 'group':
    case 'broadcast':
      // The second class is what the old service had.
      return `<span class="mention chat-mention">${escaped(mentionText(inline, names))}</span>`;
    case 'channel':
      return `<span class="channel">${escaped(mentionText(inline, names))}</span>`;
    case 'emoji':
      return emojiHtml(inline, names);
    case 'time':
    default:
      return timeHtml(inline, names);
  }
}

function inlineHtml(inline: Inline, names: Names): string {
  if (inline.type === 'break') return '<br>';
  if (inline.type === 'color') return escaped(inline.value);
  return order
    .filter((style) => inline.styles?.includes(style))
    .reduce((html, style) => `<${tagOf[style]}>${html}</${tagOf[style]}>`, bare(inline, names));
}

const inlinesHtml = (inlines: readonly Inline[], names: Names): string => inlines.map((inline) => inlineHtml(inline, names)).join('');

function listHtml({ ordered, start, items }: WrittenList, names: Names, depth: number): string {
  const tag = ordered ? 'ol' : 'ul';
  const from = ordered && start !== 1 ? ` start="${start}"` : '';
  const rows = items.map((item) => `<li>${inlinesHtml(item.inlines, names)}${blocksHtml(item.lists, names, depth + 1, '<br>')}</li>`);
  return rows.length === 0 ? '' : `<${tag}${from}>${rows.join('')}</${tag}>`;
}

function blockHtml(block: Block, names: Names, depth: number): string {
  switch (block.type) {
    case 'paragraph':
      return `<p>${inlinesHtml(block.inlines, names)}</p>`;
    case 'heading':
      return `<h4>${inlinesHtml(block.inlines, names)}</h4>`;
    case 'code':
      return `<pre><code>${escaped(block.text)}</code></pre>`;
    case 'rule':
      return '<hr>';
    case 'quote':
      return `<blockquote>${blocksHtml(block.blocks, names, depth + 1, '')}</blockquote>`;
    case 'list':
    default:
      return listHtml(block, names, depth);
  }
}

/** `before`: what stands before blocks that are too deep to be shown as such. */
function blocksHtml(blocks: readonly Block[], names: Names, depth: number, before: string): string {
  if (depth <= deepest) return blocks.map((block) => blockHtml(block, names, depth)).join('');
  const rest = inlinesHtml(flat(blocks), names);
  return rest && before + rest;
}

/**
 * What somebody wrote as HTML. It is made of these only: p, h4, br, hr, strong, em, s, u, code, pre, blockquote, ul, ol[start], li,
 * a[href rel target], span[class], time[datetime], img[class src alt title width height]; all else is text. Pictures of the message are not
 * in it.
 */
export function htmlOf(written: Written, names: Names): string {
  return blocksHtml(written.blocks, names, 0, '');
}
