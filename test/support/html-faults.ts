import { Parser } from 'htmlparser2';

/** Elements that the HTML of entries is made of, with their attributes. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  p: [],
  h4: [],
  br: [],
  hr: [],
  strong: [],
  em: [],
  s: [],
  u: [],
  code: [],
  pre: [],
  blockquote: [],
  ul: [],
  ol: ['start'],
  li: [],
  a: ['href', 'rel', 'target'],
  span: ['class', 'title'],
  time: ['datetime'],
  img: ['class', 'src', 'alt', 'title', 'width', 'height'],
};

const addresses: Readonly<Record<string, RegExp>> = {
  href: /^(?:https?:\/\/[^/\\\s@]+(?:\/[^\s\\]*)?|mailto:[^/\s][^\s]*@[^\s]*)$/,
  src: /^(?:https?:\/\/[^/\\\s@]+(?:\/[^\s\\]*)?|\/[^/\\\s][^\s\\]*|data:image\/svg\+xml,%3Csvg [\w\s=%:./#]*(?:%[\dA-F]{2}|[\w\s=:./])*)$/,
};

/** What does not belong into the HTML of an entry, as a parser of HTML reads it. */
export function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (!(name in allowed)) faults.push(`<${name}>`);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (!allowed[name]?.includes(attribute)) faults.push(`<${name} ${attribute}>`);
        if (addresses[attribute] && !addresses[attribute].test(value)) faults.push(`${attribute}=${value}`);
      }
      if (name === 'a' && attributes['rel'] !== 'noopener noreferrer nofollow ugc') faults.push('a without rel');
      open.push(name);
    },
    onclosetag(name, isImplied) {
      const isVoid = ['br', 'hr', 'img'].includes(name);
      if (isImplied && !isVoid) faults.push(`<${name}> is not closed`);
      if (open.pop() !== name) faults.push(`</${name}> is not in its place`);
    },
    oncomment: (text) => faults.push(`<!--${text}-->`),
    onprocessinginstruction: (name) => faults.push(`<${name}>`),
    oncdatastart: () => faults.push('CDATA'),
  });
  parser.end(html);
  return faults;
}

/** HTML as its parser reads it: elements with their attributes, and texts. Two writings of the same are equal. */
export function treeOf(html: string): unknown[] {
  const tree: unknown[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => tree.push([name, attributes]),
    onclosetag: (name) => tree.push(`/${name}`),
    ontext(text) {
      const last = tree.at(-1);
      if (Array.isArray(last) && last[0] === '') last[1] += text;
      else tree.push(['', text]);
    },
  });
  parser.end(html);
  return tree;
}
