import { z } from 'zod';
import { channelKeySchema, chatFileSchema } from '../chat/chat.ts';
import { shownText, type TextLimit } from '../text.ts';
import type { JobKindDefinition } from './job-kind.ts';

/** Made of platform, channel, message and file, so that every delivery of the same file has the same id. */
export const snapshotIdSchema = z.string().regex(/^[\w.-]+$/);

/** Of a camera's name. */
const longestCamera: TextLimit = { characters: 120, units: 600 };

/** Of a file's name. */
const longestFileName: TextLimit = { characters: 255, units: 1_000 };

/** A camera's name as it is shown, stored and queued; null if nothing of it can be seen. */
export const cameraName = (text: string): string | null => shownText(text, longestCamera);

/** A file's name as it is shown, stored and queued; null if nothing of it can be seen. */
export const fileName = (text: string): string | null => shownText(text, longestFileName);

/** Cleaned again when it is read: somebody may have queued or stored it otherwise. */
const nameSchema = (clean: (text: string) => string | null) =>
  z
    .string()
    .nullable()
    .overwrite((text) => (text === null ? null : clean(text)));

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
  camera: nameSchema(cameraName),
  file: chatFileSchema.extend({ name: nameSchema(fileName) }),
  /**
   * Lower ones are taken first: the cameras take turns, so that one that posts much does not hold up the others. From `backfilledRank` on:
   * fetched after an outage, behind all live ones. Absent: 0.
   */
  rank: z.number().int().nonnegative().exactOptional(),
});
export type SnapshotJob = z.infer<typeof snapshotJobSchema>;

/** The rank of the oldest snapshot that was fetched after an outage. */
export const backfilledRank = 1_000_000;

/** Whether a snapshot was fetched after an outage, and not delivered when it was posted. */
export const isBackfilled = ({ rank = 0 }: SnapshotJob): boolean => rank >= backfilledRank;

/** Find out who is in one snapshot. */
export const snapshotJobs = {
  schema: snapshotJobSchema,
  id: (job) => job.snapshotId,
  queue: 'snapshots',
  attempts: 6,
  backoffMs: 2_000,
  priority: ({ rank = 0 }) => rank,
  concurrency: 'WORKER_CONCURRENCY',
} satisfies JobKindDefinition<SnapshotJob>;
