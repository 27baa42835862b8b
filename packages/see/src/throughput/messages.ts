import { z } from 'zod';

/** What the measuring process is told to do. */
export const throughputOrderSchema = z.object({
  threads: z.int(),
  /** Pictures to process in turn. */
  files: z.array(z.string()),
  /** Milliseconds. */
  forMs: z.number(),
  /** The variables of `seeEnv`. */
  env: z.record(z.string(), z.string()),
});
export type ThroughputOrder = z.output<typeof throughputOrderSchema>;

/** What it has measured. */
export const throughputSchema = z.object({
  threads: z.number(),
  framesPerSecond: z.number(),
  /** The largest resident set of the process, MB. */
  rssMb: z.number(),
  /** The longest delay of a 10 ms timer: how free the event loop stayed. Milliseconds. */
  lateMs: z.number(),
});
export type Throughput = z.output<typeof throughputSchema>;
