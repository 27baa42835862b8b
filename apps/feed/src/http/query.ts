import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import type { PageOptions } from '../live-feed.ts';
import { readCursor } from '../memory/cursor.ts';

/** Most entries of one answer, and how many it has unless it says. */
const mostEntries = 200;
const usualEntries = 50;

const cursor = z
  .string()
  .max(220)
  .transform((text, context) => readCursor(text) ?? (context.addIssue({ code: 'custom', message: 'is no cursor' }), z.NEVER));
const pageSchema = z.object({
  before: cursor.optional(),
  since: cursor.optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(mostEntries))
    .default(usualEntries),
});

/** Which entries a request asks for. Throws `request-malformed`. */
export function readPageQuery(query: unknown): PageOptions {
  const parsed = pageSchema.safeParse(query);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ');
    throw new AppError('request-malformed', `not valid: ${names}. limit is 1 to ${String(mostEntries)}; before and since are cursors`);
  }
  const { before = null, since = null, limit } = parsed.data;
  return { before, since, limit };
}

/** A parameter that may stand once; null: it does not stand. Throws `request-malformed`. */
export function readParameter(query: unknown, name: string): string | null {
  const parsed = z.record(z.string(), z.unknown()).safeParse(query);
  const value = parsed.data?.[name];
  if (value === undefined) return null;
  if (typeof value !== 'string' || value.length > 200) throw new AppError('request-malformed', `not valid: ${name}`);
  return value;
}
