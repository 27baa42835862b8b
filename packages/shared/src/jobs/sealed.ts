import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { z } from 'zod';
import type { Envelope } from '../envelope.ts';
import { AppError, toAppError } from '../errors.ts';

/** No sealed value is larger than this once it is opened, bytes. */
const largest = 64 * 1024 * 1024;

/** A value as JSON, compressed and sealed, as base64: what a job's `sealed` holds. `context`: the job's id. */
export function sealJson(envelope: Envelope, value: unknown, context: string): string {
  return envelope.seal(deflateRawSync(JSON.stringify(value)), context).toString('base64');
}

/**
 * What `sealJson` sealed. Throws `envelope-unreadable` if it was sealed with another key or for another context, has been changed, or is
 * not what the schema says. Neither the error nor its cause holds anything of the value.
 */
export function openJson<T>(envelope: Envelope, sealed: string, context: string, schema: z.ZodType<T>): T {
  const bytes = envelope.open(Buffer.from(sealed, 'base64'), context);
  const parsed = schema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'value'} (${code})`);
  throw new AppError('envelope-unreadable', `another version of watchpost sealed it: ${fields.join(', ')}`);
}

/** What `open` gives; null where it throws `envelope-unreadable`: it was sealed with another key, or by another version. */
export function openedOrNull<T>(open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    if (toAppError(error).code === 'envelope-unreadable') return null;
    throw error;
  }
}

/** Undefined for what is no JSON. Errors of the parser quote what they cannot read: they go no further. */
function parseJson(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(inflateRawSync(bytes, { maxOutputLength: largest }).toString());
    return value;
  } catch {
    return undefined;
  }
}
