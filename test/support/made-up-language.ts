import { languages, wordsFor } from '@watchpost/talk/words/words';

/** What everything begins with that is said in the made-up language. */
export const mark = '¤';

/** What is said, marked: a text, a function that makes one, or many of them. */
function marked(value: unknown): unknown {
  if (typeof value === 'string') return `${mark}${value}`;
  if (typeof value === 'function') return (...given: unknown[]): unknown => marked(Reflect.apply(value, undefined, given));
  if (Array.isArray(value)) {
    const isText = value.length > 0 && value.every((part) => typeof part === 'object' && part !== null && 'text' in part);
    return isText ? [{ text: mark }, ...value] : value.map((each) => marked(each));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, marked(each)]));
}

/** Adds a language that nobody speaks, `xx`. Resolves to what takes it away again. */
export function addMadeUpLanguage(): () => void {
  Object.assign(languages, { xx: marked(wordsFor('en')) });
  return () => void Reflect.deleteProperty(languages, 'xx');
}
