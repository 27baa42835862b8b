import type { Block, Inline, Written, WrittenList } from '@watchpost/shared/chat/written';
import { formatTime } from './dates.ts';
import { cleaned } from './escape.ts';
import { deepest, flat } from './flat.ts';
import type { Names } from './names.ts';

function emojiText(inline: Extract<Inline, { type: 'emoji' }>, names: Names): string {
  if (inline.unicode) return inline.unicode;
  const known = names.emoji(inline.name);
  return known && 'unicode' in known ? known.unicode : `:${inline.name}:`;
}

/** What a mention says, with its sign. */
export function mentionText(inline: Extract<Inline, { type: 'member' | 'group' | 'broadcast' | 'channel' }>, names: Names): string {
  switch (inline.type) {
    case 'member':
      return `@${names.member(inline.member) ?? 'unknown'}`;
    case 'group':
      return `@${inline.name?.replace(/^@/, '') || 'group'}`;
    case 'broadcast':
      return `@${inline.range}`;
    case 'channel':
    default:
      return `#${names.channel(inline.channel) ?? 'private-channel'}`;
  }
}

function inlineText(inline: Inline, names: Names): string {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'link':
      return inline.text || inline.url.replace(/^mailto:/i, '');
    case 'emoji':
      return emojiText(inline, names);
    case 'time':
      return formatTime(inline.atMs, inline.format, names) ?? inline.fallback;
    case 'color':
      return inline.value;
    case 'break':
      return '\n';
    case 'member':
    case 'group':
    case 'broadcast':
    case 'channel':
    default:
      return mentionText(inline, names);
  }
}

const inlinesText = (inlines: readonly Inline[], names: Names): string => inlines.map((inline) => inlineText(inline, names)).join('');

function indented(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}

function listText({ ordered, start, items }: WrittenList, names: Names, depth: number): string {
  return items
    .map((item, at) => {
      const below = blocksText(item.lists, names, depth + 1);
      return `${ordered ? `${start + at}.` : '•'} ${inlinesText(item.inlines, names)}${below && `\n${indented(below, '  ')}`}`;
    })
    .join('\n');
}

function blockText(block: Block, names: Names, depth: number): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return inlinesText(block.inlines, names);
    case 'code':
      return block.text;
    case 'rule':
      return '';
    case 'quote':
      return indented(blocksText(block.blocks, names, depth + 1), '> ');
    case 'list':
    default:
      return listText(block, names, depth);
  }
}

function blocksText(blocks: readonly Block[], names: Names, depth: number): string {
  if (depth > deepest) return inlinesText(flat(blocks), names);
  return blocks
    .map((block) => blockText(block, names, depth))
    .filter((text) => text.trim() !== '')
    .join('\n');
}

/** What somebody wrote as plain text, a block a line, without pictures. */
export function textOf(written: Written, names: Names): string {
  return cleaned(blocksText(written.blocks, names, 0)).trim();
}
