import type { PostSection } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';

/** A platform takes a few thousand characters in one section. */
const mostCharacters = 2_000;

/** Lines as few sections as they fit in, without buttons. */
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
      sections.push({ text: line, buttons: [], menu: [] });
      length = added;
    }
  }
  return sections;
}
