import type { Block, Inline, Written } from '@watchpost/shared/chat/written';

/** An address in a text, without the punctuation behind it. */
const address = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/g;

/** What a line says. */
function inlinesOf(text: string): Inline[] {
  const inlines: Inline[] = [];
  let done = 0;
  for (const { 0: url, index } of text.matchAll(address)) {
    if (index > done) inlines.push({ type: 'text', text: text.slice(done, index) });
    inlines.push({ type: 'link', url, text: null });
    done = index + url.length;
  }
  if (done < text.length) inlines.push({ type: 'text', text: text.slice(done) });
  return inlines;
}

const linesOf = (paragraph: string): Inline[] =>
  paragraph.split('\n').flatMap((line, index): Inline[] => [...(index === 0 ? [] : [{ type: 'break' as const }]), ...inlinesOf(line)]);

/** Plain text that somebody typed: an empty line begins a paragraph, and addresses are links. */
export function writtenOf(text: string): Written {
  const paragraphs = text.split(/\n[^\S\n]*\n\s*/).map((paragraph) => paragraph.trim());
  const blocks = paragraphs
    .filter((paragraph) => paragraph !== '')
    .map((paragraph): Block => ({ type: 'paragraph', inlines: linesOf(paragraph) }));
  return { blocks, pictures: [], otherFiles: 0 };
}
