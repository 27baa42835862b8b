import { z } from 'zod';

/** What the bench asks of a process with readers. `gets`: conditional GETs a second of `url`, for so long. */
export const crowdOrderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('read'), url: z.string(), since: z.string(), readers: z.number(), messages: z.number() }),
  z.object({ do: z.literal('report') }),
  z.object({ do: z.literal('get'), url: z.string(), perSecond: z.number(), seconds: z.number() }),
]);
export type CrowdOrder = z.infer<typeof crowdOrderSchema>;

export const crowdAnswerSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('open') }),
  z.object({
    is: z.literal('report'),
    open: z.number(),
    reconnects: z.number(),
    /** Messages that a reader never saw, of all readers together. */
    missed: z.number(),
    /** And those that it saw more than once. */
    doubled: z.number(),
    /** From Slack's event to the reader, milliseconds. */
    waitsMs: z.array(z.number()),
  }),
  z.object({ is: z.literal('got'), waitsMs: z.array(z.number()), perSecond: z.number(), wrong: z.number() }),
]);
export type CrowdAnswer = z.infer<typeof crowdAnswerSchema>;

/** The text of a message of the bench, by which readers know it again. */
export const textOf = (number: number, atMs: number): string => `message m${String(number)}m of the bench at ${String(atMs)}ms`;
const textPattern = /message m(\d+)m of the bench at (\d+)ms/;

/** Number and time of a message of the bench; null: it is another. */
export function messageIn(block: string): { number: number; atMs: number } | null {
  const [, number, atMs] = textPattern.exec(block) ?? [];
  return number === undefined || atMs === undefined ? null : { number: Number(number), atMs: Number(atMs) };
}
