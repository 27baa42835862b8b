import { z } from 'zod';

/** A process that tells of itself. */
const runningProcess = z.object({
  id: z.string(),
  process: z.string(),
  host: z.string(),
  startedAtMs: z.number(),
  seenAtMs: z.number(),
  isCurrent: z.boolean(),
});

/** Something that somebody must look after. */
const openAlert = z.object({
  topic: z.string(),
  text: z.string(),
  code: z.string().nullable(),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
});

/** A part of the installation: answers, or why it does not. */
const part = z.object({
  name: z.string(),
  answers: z.boolean(),
  version: z.string().nullable(),
  bytes: z.number().nullable(),
  tookMs: z.number().nullable(),
  fault: z.string().nullable(),
});
export type SystemPart = z.output<typeof part>;

export const systemAnswer = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  startedAtMs: z.number(),
  memoryBytes: z.number(),
  people: z.int().nullable(),
  faces: z.int().nullable(),
  /** How far the gallery's sequence of changes has come. */
  galleryVersion: z.number().nullable(),
  parts: z.array(part),
  processes: z.array(runningProcess),
  alerts: z.array(openAlert),
});
export type SystemAnswer = z.output<typeof systemAnswer>;

/** A class of data, how much there is of it, and what is deleted when. */
const dataClass = z.object({
  id: z.string(),
  title: z.string(),
  what: z.string(),
  where: z.string(),
  howLong: z.string(),
  count: z.number().nullable(),
  /** False: an estimate. */
  isExact: z.boolean(),
  atLeast: z.boolean(),
  bytes: z.number().nullable(),
  oldestMs: z.number().nullable(),
  nextDueMs: z.number().nullable(),
  setting: z.object({ name: z.string(), keepMs: z.number().nullable() }).nullable(),
});
export const storageAnswer = z.object({ atMs: z.number(), classes: z.array(dataClass) });
export type StorageAnswer = z.output<typeof storageAnswer>;
