import { z } from 'zod';
import { unreadReasons } from '../extract.ts';
import { fileFormats } from '../file-formats.ts';
import { isPlace } from '../place.ts';

const where = z.string().max(180).refine(isPlace);

/** One line of a child's answer. The child has read what strangers wrote, so nothing it says is taken on trust. */
export const answerSchema = z.discriminatedUnion('say', [
  /** It has started, and loads the file. */
  z.strictObject({ say: z.literal('ready') }),
  z.strictObject({ say: z.literal('format'), format: z.enum(fileFormats) }),
  z.strictObject({ say: z.literal('text'), where, text: z.string() }),
  z.strictObject({ say: z.literal('unread'), where, reason: z.enum(unreadReasons) }),
  /** Something of the installation is missing; nothing is known about the file. */
  z.strictObject({ say: z.literal('failed') }),
  /** It has read everything it could. */
  z.strictObject({ say: z.literal('done') }),
]);
export type Answer = z.infer<typeof answerSchema>;
