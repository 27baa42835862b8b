import { joined, type Span } from '../../reading/span.ts';
import type { Detector } from '../detector.ts';
import { keyBlocks } from './key-blocks.ts';
import { foundByLibrary } from './library.ts';
import { azureKeys, passwordsInLinks } from './links.ts';
import { namedValues } from './named-values.ts';
import { isPlaceholder } from './placeholders.ts';
import { jsonWebToken, tokenShape, webhook } from './token-shapes.ts';

const shapes = [tokenShape, jsonWebToken, webhook];

function tokensIn(text: string): Span[] {
  return shapes.flatMap((shape) =>
    Array.from(text.matchAll(shape), ({ 0: found, index }) => ({ start: index, end: index + found.length, found }))
      .filter(({ found }) => !isPlaceholder(found) && /\d|^A[KSBC]|[a-z][A-Z]{2}|[A-Z][a-z][A-Z]/.test(found))
      .map(({ start, end }) => ({ start, end })),
  );
}

/** Keys, tokens, passwords and private keys, by their shape or by what they are called. Placeholders are none. */
export const secrets: Detector = {
  find: async (text, breathe) => {
    const spans: Span[] = [];
    for (const part of [foundByLibrary, tokensIn, keyBlocks, passwordsInLinks, azureKeys, namedValues]) {
      spans.push(...(await part(text, breathe)));
      await breathe();
    }
    return joined(spans);
  },
};
