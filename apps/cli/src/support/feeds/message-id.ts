import { AppError } from '@watchpost/shared/errors';

/** The id of a message, from what people have: `1763800000.000100`, or a link to it. Throws `usage-invalid`. */
export function readMessageId(text: string): string {
  const [, whole, seconds, micros] = /^(?:(\d{9,11}\.\d{6})|(?:https:\/\/\S+\/)?p(\d{9,11})(\d{6})(?:\?\S*)?)$/.exec(text.trim()) ?? [];
  if (whole !== undefined) return whole;
  if (seconds !== undefined && micros !== undefined) return `${seconds}.${micros}`;
  throw new AppError('usage-invalid', 'the message must be given by its time, such as 1763800000.000100, or by a link to it');
}
