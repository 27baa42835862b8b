import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

const noticeJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('notice'),
  /** Of the stored notice: what it says and how far its post got. */
  noticeId: z.string().regex(/^[\w.-]{1,120}$/),
});
export type NoticeJob = z.infer<typeof noticeJobSchema>;

/** Post what is no visit: the digest of a day, the hourly line about skipped snapshots, a message to somebody who asked for it. */
export const noticeJobs = {
  schema: noticeJobSchema,
  id: ({ noticeId }) => `notice-${noticeId}`,
  queue: 'notices',
  attempts: 10,
  backoffMs: 5_000,
  concurrency: 1,
} satisfies JobKindDefinition<NoticeJob>;
