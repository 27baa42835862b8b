import { z } from 'zod';
import { channelKeySchema, chatFileSchema } from '../chat/chat.ts';

/** Find out who is in one snapshot. Holds references only: no bytes, no token, no message text. */
export const snapshotJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('snapshot'),
  /** Also the job's id: platform, channel, message and file, so that every delivery of the same file is the same job. `[A-Za-z0-9._-]+`. */
  snapshotId: z.string().regex(/^[\w.-]+$/),
  channel: channelKeySchema,
  /** The platform's id of the message that carried the file (Slack's ts). */
  messageId: z.string().min(1),
  /** When it was posted, milliseconds since 1970. */
  takenAtMs: z.number().int().nonnegative(),
  /** The camera's name where a caption told it, else null. */
  camera: z.string().max(120).nullable(),
  file: chatFileSchema,
});
export type SnapshotJob = z.infer<typeof snapshotJobSchema>;

/** Post the result of one snapshot. What to say stands in its record. */
export const resultJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('result'),
  snapshotId: z.string().regex(/^[\w.-]+$/),
});
export type ResultJob = z.infer<typeof resultJobSchema>;

export const jobSchema = z.discriminatedUnion('kind', [snapshotJobSchema, resultJobSchema]);
export type Job = z.infer<typeof jobSchema>;
export type JobKind = Job['kind'];
/** All of them, for whoever does something for each. */
export const jobKinds = ['snapshot', 'result'] as const satisfies readonly JobKind[];
export type JobOf<K extends JobKind> = Extract<Job, { kind: K }>;

/** The queue's view of a job kind. */
export interface JobPolicy {
  queue: string;
  attempts: number;
  /** First pause between tries; doubles each time, half of it random. Milliseconds. */
  backoffMs: number;
  /** At most so many a second over all workers, where the receiver sets a limit. */
  perSecond?: number;
}

export const jobPolicies: Record<JobKind, JobPolicy> = {
  snapshot: { queue: 'snapshots', attempts: 6, backoffMs: 2_000 },
  // Slack allows about one message a second in a channel.
  result: { queue: 'results', attempts: 10, backoffMs: 5_000, perSecond: 1 },
};

/** BullMQ refuses ':' in ids and ids that are whole numbers; ours are neither. */
export function jobId(job: Job): string {
  return job.kind === 'snapshot' ? job.snapshotId : `result-${job.snapshotId}`;
}
