import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError, type ErrorCode } from '@watchpost/shared/errors';
import { sentences } from './sentences.ts';

/** What the gallery refuses for good, with a message that says why. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['change-refused', 'name-taken', 'name-invalid', 'person-not-found']);

/** What somebody reads when the gallery refuses; null: another attempt may help. */
export function refusalOf(thrown: unknown): RichText | null {
  const { code, message } = toAppError(thrown);
  if (code === 'name-invalid') return sentences.nameInvalid(message);
  return refusals.has(code) ? sentences.refused(message) : null;
}
