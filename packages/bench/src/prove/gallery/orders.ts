import { z } from 'zod';
import type { Actor } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';

const object = (value: unknown): boolean => typeof value === 'object' && value !== null;

const workSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), storage: z.custom<StorageConfig>(object) }),
  z.object({ kind: z.literal('close') }),
  z.object({
    kind: z.literal('see'),
    snapshotId: z.string(),
    takenAtMs: z.number(),
    faces: z.array(z.object({ vector: z.array(z.number()), crop: z.string() })),
  }),
  z.object({ kind: z.literal('apply'), operation: z.custom<Operation>(object), actor: z.custom<Actor>(object) }),
  z.object({ kind: z.literal('undo'), entryId: z.string().nullable(), actor: z.custom<Actor>(object) }),
  /** A round of housekeeping; `expire`: one for which every unnamed unknown is old. */
  z.object({ kind: z.enum(['round', 'expire', 'erase']) }),
  z.object({ kind: z.literal('view') }),
]);
/** What a process is told to do. */
export type Work = z.infer<typeof workSchema>;

export const orderSchema = z.object({
  work: workSchema,
  /** Before which of its next writes to the database the process stops (SIGSTOP) or dies (SIGKILL), counted from 0. */
  halt: z.object({ atWrite: z.number(), how: z.enum(['stop', 'die']) }).nullable(),
});
export type Order = z.infer<typeof orderSchema>;
export type Halt = NonNullable<Order['halt']>;

/** What a process replies. `stopping`: it stops itself now; its reply to the order comes when it is woken. */
export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started') }),
  z.object({ kind: z.literal('stopping') }),
  z.object({ kind: z.literal('done'), value: z.unknown() }),
  z.object({ kind: z.literal('failed'), code: z.string(), permanent: z.boolean(), message: z.string() }),
]);
export type Reply = z.infer<typeof replySchema>;

/** The gallery in a process's memory. */
export const viewSchema = z.object({
  version: z.number(),
  persons: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      number: z.number().nullable(),
      aliases: z.array(z.string()),
      ignored: z.boolean(),
      mayBe: z.string().nullable(),
      /** The id that it resolves to. */
      is: z.string(),
      faces: z.array(z.string()),
    }),
  ),
});
export type View = z.infer<typeof viewSchema>;

const answeredSchema = z.object({ decision: z.string(), person: z.object({ id: z.string(), name: z.string() }).nullable() });
export type Answered = z.infer<typeof answeredSchema>;
/** What `recognise` answers, a face each. */
export const seenSchema = z.array(answeredSchema);
