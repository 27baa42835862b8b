import { cut } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';

/** A value that was picked; null: it is not there. */
export type Value = string | number | null;
export type Fields = Readonly<Record<string, Value>>;

const placeholder = /\{([a-z][a-zA-Z0-9_]{0,39})\}/g;

/** The fields that a template names. */
export const templateFields = (template: string): string[] => [
  ...new Set(Array.from(template.matchAll(placeholder), ([, name = '']) => name)),
];

/** A template with its fields filled in, as text without any markup. What is not there is empty. Addresses are links. Pure. */
export function fillIn(template: string, fields: Fields): RichText {
  const runs: TextRun[] = [];
  let from = 0;
  for (const match of template.matchAll(placeholder)) {
    if (match.index > from) runs.push({ text: template.slice(from, match.index) });
    from = match.index + match[0].length;
    const name = match[1] ?? '';
    const value = shown(Object.hasOwn(fields, name) ? (fields[name] ?? null) : null);
    if (value !== '') runs.push(isLink(value) ? { text: value, link: value } : { text: value });
  }
  if (from < template.length) runs.push({ text: template.slice(from) });
  return runs;
}

/** The same as plain text. */
export const filledIn = (template: string, fields: Fields): string =>
  fillIn(template, fields)
    .map((run) => run.text)
    .join('');

const mostCharacters = 1_500;

function shown(value: Value): string {
  if (typeof value === 'number') return value.toLocaleString('en-GB', { maximumFractionDigits: 6, useGrouping: false });
  const text = value ?? '';
  return text.length <= mostCharacters ? text : `${cut(text, { characters: mostCharacters, units: mostCharacters })}…`;
}

const isLink = (value: string): boolean => ['http:', 'https:'].includes(parseUrl(value)?.protocol ?? '') && !/\s/.test(value);
