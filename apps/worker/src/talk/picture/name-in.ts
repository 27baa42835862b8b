import { toAppError } from '@watchpost/shared/errors';
import { validName } from '@watchpost/gallery/names';

/** A name as the gallery takes it, or why it does not. */
export function nameIn(text: string): { name: string } | { refused: string } {
  try {
    return { name: validName(text) };
  } catch (error) {
    return { refused: toAppError(error).message };
  }
}
