import { z } from 'zod';
import { channelKeySchema, chatFileSchema } from '../chat/chat.ts';
import type { JobKindDefinition } from './job-kind.ts';

/** Made of platform, channel, message and file, so that every delivery of the same file has the same id. */
export const snapshotIdSchema = z.string().regex(/^[\w.-]+$/);

/** Of a camera's name, characters. */
export const maxCameraName = 120;

export const snapshotJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('snapshot'),
  /** Also the job's id. */
  snapshotId: snapshotIdSchema,
  channel: channelKeySchema,
  /** The platform's id of the message with the file (Slack's ts). */
  messageId: z.string().min(1),
  /** When it was posted, milliseconds since 1970. */
  takenAtMs: z.number().int().nonnegative(),
  /** The camera's name if a caption gave one, else null. */
  camera: z.string().max(maxCameraName).nullable(),
  file: chatFileSchema,
});
export type SnapshotJob = z.infer<typeof snapshotJobSchema>;

/** Find out who is in one snapshot. */
export const snapshotJobs = {
  schema: snapshotJobSchema,
  id: (job) => job.snapshotId,
  queue: 'snapshots',
  attempts: 6,
  backoffMs: 2_000,
  concurrency: 'WORKER_CONCURRENCY',
} satisfies JobKindDefinition<SnapshotJob>;
