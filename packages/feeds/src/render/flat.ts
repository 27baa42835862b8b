import type { Block, Inline } from '@watchpost/shared/chat/written';

/** Quotes and lists within others are shown as such so far down; what is deeper stands as plain lines. */
export const deepest = 12;

/** All that blocks say, however deep, as lines. */
export function flat(blocks: readonly Block[]): Inline[] {
  const lines: Inline[] = [];
  const waiting = blocks.toReversed();
  for (let block = waiting.pop(); block; block = waiting.pop()) {
    const below = parts(block);
    for (let at = below.blocks.length - 1; at >= 0; at -= 1) waiting.push(...below.blocks.slice(at, at + 1));
    if (below.inlines.length === 0) continue;
    if (lines.length > 0) lines.push({ type: 'break' });
    for (const inline of below.inlines) lines.push(inline);
  }
  return lines;
}

/** What a block says itself, and the blocks in it. */
function parts(block: Block): { inlines: readonly Inline[]; blocks: readonly Block[] } {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return { inlines: block.inlines, blocks: [] };
    case 'code':
      return { inlines: [{ type: 'text', text: block.text, styles: ['code'] }], blocks: [] };
    case 'rule':
      return { inlines: [], blocks: [] };
    case 'quote':
      return { inlines: [], blocks: block.blocks };
    case 'list':
    default:
      return { inlines: [], blocks: block.items.flatMap((item) => [{ type: 'paragraph' as const, inlines: item.inlines }, ...item.lists]) };
  }
}
