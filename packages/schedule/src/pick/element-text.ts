/** A node of a parsed page. */
interface PageNode {
  type: string;
  name?: string;
  data?: string;
  children?: PageNode[];
}

/** What a browser shows in the same line as the words around it. */
const inline = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
/** What a browser never shows. */
const hidden = new Set(['script', 'style', 'template', 'noscript']);

/** The text of elements as it is read: what stands in lines or cells of its own stays apart, and scripts are none. However deep they are. Pure. */
export function elementText(roots: readonly PageNode[]): string {
  let text = '';
  const left: (PageNode | ' ')[] = roots.toReversed();
  const asked = new Set(roots);
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node === ' ') text += ' ';
    else if (node.type === 'text') text += node.data ?? '';
    else if (node.children && (asked.has(node) || !hidden.has(node.name ?? ''))) {
      const isApart = node.name !== undefined && !inline.has(node.name);
      if (isApart) {
        text += ' ';
        left.push(' ');
      }
      for (let index = node.children.length - 1; index >= 0; index -= 1) {
        const child = node.children[index];
        if (child) left.push(child);
      }
    }
  }
  return text;
}
