import { AppError } from '@watchpost/shared/errors';
import type { z } from 'zod';

/** Where a page ended, as one word of an address. */
export const toCursor = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Throws `request-malformed` for what is no cursor of ours. */
export function fromCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new AppError('request-malformed', 'the cursor is none that a page gave', { cause: error });
  }
}
