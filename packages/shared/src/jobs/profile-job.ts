import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

const profileJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('profile'),
  /** Made of what changed and how, so that the same change has the same id. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  /** `slack`. */
  platform: z.string().regex(/^[a-z]+$/),
  what: z.enum(['member', 'channel', 'emoji']),
  /** The platform's id of the member or the channel, or the name of an emoji; null: all emoji that are kept. */
  subject: z.string().max(64).nullable(),
  /** An entry shows it: it is read even if nothing is kept of it yet. */
  isShown: z.boolean().exactOptional(),
});
export type ProfileJob = z.infer<typeof profileJobSchema>;

/** Read anew what feeds show of a member, a channel or the workspace's emoji. */
export const profileJobs = {
  schema: profileJobSchema,
  id: ({ id }) => `profile-${id}`,
  queue: 'profiles',
  attempts: 8,
  backoffMs: 2_000,
  concurrency: 2,
} satisfies JobKindDefinition<ProfileJob>;
