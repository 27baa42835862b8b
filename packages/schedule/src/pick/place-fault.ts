// Selectors are read alike without the parser of whole pages, which takes three times as long to load.
import { load } from 'cheerio/slim';
import parseJsonPath from 'jsonpath-rfc9535/parser';
import { feedFields } from '../names.ts';

/** What is wrong with a place in what is fetched: a JSONPath, a CSS selector or a feed's field; null: nothing. */
export function placeFault(as: 'feed' | 'json' | 'html' | 'text', place: string): string | null {
  if (as === 'json') return jsonPathFault(place);
  if (as === 'html') return selectorFault(place);
  if (as === 'text') return 'has no place in text: leave at out';
  return feedFields.some((name) => name === place) ? null : `must be one of ${feedFields.join(', ')}`;
}

function jsonPathFault(place: string): string | null {
  try {
    const parsed: unknown = parseJsonPath(place);
    // Their patterns can run for hours on a text of a few characters.
    return usesPattern(parsed) ? 'may not use match() or search()' : null;
  } catch (error) {
    return `is no JSONPath such as $.data[*].title: ${firstLine(error)}`;
  }
}

function usesPattern(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('type' in node && node.type === 'FunctionExpr' && 'name' in node && (node.name === 'match' || node.name === 'search')) return true;
  return Object.values(node).some(usesPattern);
}

function selectorFault(place: string): string | null {
  try {
    load('<p></p>')(place);
    return null;
  } catch (error) {
    return `is no CSS selector: ${firstLine(error)}`;
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it cannot be read').slice(0, 200);
