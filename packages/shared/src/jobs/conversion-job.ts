import { z } from 'zod';
import { channelKeySchema } from '../chat/chat.ts';
import type { JobKindDefinition } from './job-kind.ts';

const conversionJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('conversion'),
  /** Of its document: what is to be converted into what, for whom, and how far it got. */
  conversion: z.string().regex(/^[\w-]{1,64}$/),
  /** Where it was asked for. */
  chat: channelKeySchema,
});
export type ConversionJob = z.infer<typeof conversionJobSchema>;

/** Fetch what a link leads to, convert it, and bring it to whoever asked. */
export const conversionJobs = {
  schema: conversionJobSchema,
  id: ({ conversion }) => `conversion-${conversion}`,
  queue: 'conversions',
  attempts: 3,
  backoffMs: 5_000,
  concurrency: 1,
} satisfies JobKindDefinition<ConversionJob>;
