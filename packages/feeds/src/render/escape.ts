/** Control characters but tab and line feed, halves of characters, what is no character, and what turns the order of the text after it. */
const unwanted = /(?![\t\n])\p{Cc}|\p{Cs}|[\u202D\u202E\uFFFE\uFFFF]/gu;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The text without what neither HTML nor XML may hold, line ends as `\n`. */
export function cleaned(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(unwanted, '');
}

/** A text as it stands in HTML or XML, between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return cleaned(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
