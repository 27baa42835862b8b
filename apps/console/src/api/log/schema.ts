import { z } from 'zod';

/** Where a change was made: to people, rules, feeds, the queue, cameras, from a backup, or at the console's door. */
export const logSources = [
  'people',
  'rules',
  'feeds',
  'queue',
  'cameras',
  'violations',
  'quarantine',
  'backups',
  'sign-in',
  'requests',
] as const;
export type LogSource = (typeof logSources)[number];

/** One thing that somebody did. */
export const logEntry = z.object({
  id: z.string(),
  source: z.enum(logSources),
  atMs: z.number(),
  /** `console:ada@example.org`, `slack:U0123`, `cli`, `watchpost`; null: nobody who is known. */
  actor: z.string().nullable(),
  /** From where: a channel, a machine, an address. */
  where: z.string().nullable(),
  /** In words. */
  text: z.string(),
  /** Whom it concerns, as long as they are known. */
  personIds: z.array(z.string()),
  /** Whether it can still be undone, at `POST /api/changes/{id}/undo`. */
  canUndo: z.boolean(),
  undone: z.boolean(),
});
export type LogEntry = z.output<typeof logEntry>;

export const logQuery = z.object({
  cursor: z.string().max(200).optional(),
  source: z.enum(logSources).optional(),
  /** Who: the whole id, or its beginning. */
  actor: z.string().max(200).optional(),
  /** A person's id: only what concerns them. */
  person: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const logPage = z.object({ items: z.array(logEntry), next: z.string().nullable() });
export type LogPage = z.output<typeof logPage>;
