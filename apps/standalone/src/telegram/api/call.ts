import { z } from 'zod';
import type { World } from '../world/world.ts';
import { badRequest } from './api-error.ts';
import type { Upload } from './multipart.ts';

/** A call of a method. */
export interface Call {
  method: string;
  values: Record<string, unknown>;
  files: ReadonlyMap<string, Upload>;
  /** The caller has gone. */
  signal: AbortSignal;
}

/** Does what a method is for; throws an ApiError where it does not. */
export type Method = (call: Call, world: World) => unknown;

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Objects and lists come as JSON in forms. */
export const json = <T extends z.ZodType>(schema: T): z.ZodPreprocess<T> => z.preprocess(parsed, schema);
export const flag = z.preprocess((value) => value === true || /^(?:true|1)$/i.test(String(value)), z.boolean());
export const whole = z.coerce.number().int();

/** The fields of a call, or Telegram's 400. */
export function fields<T extends z.ZodType>(call: Call, schema: T): z.output<T> {
  const { success, data, error } = schema.safeParse(call.values);
  if (success) return data;
  const [issue] = error.issues;
  throw badRequest(`wrong ${issue?.path.join('.') ?? 'parameters'} specified`);
}

/** A call's values as they are kept for whoever asks which calls were made. */
export const recorded = ({ values }: Call): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' && /^\s*[[{]/.test(value) ? parsed(value) : value]),
  );
