import type { Block, Inline, WrittenList } from '@watchpost/shared/chat/written';

/** What somebody wrote as a line that tests can compare: each block by its name, styles before what they are about. */
export const sketch = (blocks: readonly Block[]): string => blocks.map(blockSketch).join(' ');

function blockSketch(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `p(${inlineSketch(block.inlines)})`;
    case 'heading':
      return `h(${inlineSketch(block.inlines)})`;
    case 'code':
      return `pre(${block.text.replaceAll('\n', '⏎')})`;
    case 'rule':
      return 'hr';
    case 'quote':
      return `quote(${sketch(block.blocks)})`;
    case 'list':
      break;
  }
  return listSketch(block);
}

function listSketch({ ordered, start, items }: WrittenList): string {
  const inner = items.map(({ inlines, lists }) => `- ${[inlineSketch(inlines), ...lists.map(listSketch)].join(' ')}`);
  return `${ordered ? `ol${start === 1 ? '' : String(start)}` : 'ul'}(${inner.join(' ')})`;
}

/** The parts of a line. */
const inlineSketch = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      const styles = 'styles' in inline && inline.styles ? inline.styles.join('+') : '';
      return styles === '' ? partSketch(inline) : `${styles}{${partSketch(inline)}}`;
    })
    .join('');

function partSketch(inline: Inline): string {
  switch (inline.type) {
    case 'text':
      return inline.text;
    case 'link':
      return `[${inline.text ?? ''}](${inline.url})`;
    case 'member':
      return `@(${inline.member})`;
    case 'group':
      return `group(${inline.group} ${inline.name ?? '-'})`;
    case 'channel':
      return `#(${inline.channel})`;
    case 'broadcast':
      return `all(${inline.range})`;
    case 'emoji':
      return `:${inline.name}${inline.unicode === null ? '' : `=${inline.unicode}`}:`;
    case 'time':
      return `time(${String(inline.atMs)} ${inline.format}|${inline.fallback}${inline.url === null ? '' : ` ${inline.url}`})`;
    case 'color':
      return `color(${inline.value})`;
    case 'break':
      break;
  }
  return '⏎';
}
