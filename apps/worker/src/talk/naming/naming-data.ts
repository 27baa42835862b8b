import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { postActions } from '@watchpost/shared/chat/post';
import { z } from 'zod';

/** What a dialog about a name in a post knows. */
export const namingDataSchema = z.object({
  target: z.object({ action: z.enum(postActions), visit: z.string(), number: z.number().nullable(), subject: z.string().nullable() }),
  /** The post. */
  post: z.object({ channel: channelKeySchema, messageId: z.string() }),
  /** People whom a button names. */
  offered: z.array(z.object({ id: z.string(), name: z.string() })),
  isPrivate: z.boolean(),
});
export type NamingData = z.infer<typeof namingDataSchema>;
