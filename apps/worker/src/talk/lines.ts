import type { RichText } from '@watchpost/shared/chat/rich-text';

/** Lines as one text. Pure. */
export const linesOf = (lines: readonly RichText[]): RichText =>
  lines.flatMap((line, index) => (index === 0 ? line : [{ text: '\n' }, ...line]));

/** In UTF-16 units. Pure. */
export const lengthOfText = (text: RichText): number => text.reduce((sum, run) => sum + run.text.length, 0);
