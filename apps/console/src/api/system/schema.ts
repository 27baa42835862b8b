import { receiptStates } from '@watchpost/privacy/receipts/receipt';
import { examinationSchema } from '@watchpost/shared/documents/examination';
import { z } from 'zod';
import { freeText } from '../../http/free-text.ts';

/** A process that tells of itself. */
const runningProcess = z.object({
  id: z.string(),
  process: z.string(),
  host: z.string(),
  startedAtMs: z.number(),
  seenAtMs: z.number(),
  isCurrent: z.boolean(),
  /** Of watchpost; null: an older one does not tell. */
  release: z.string().nullable(),
  /** What it embeds faces with; null: nothing. */
  modelId: z.string().nullable(),
});

/** An embedding model that references were made with. */
const model = z.object({
  modelId: z.string(),
  faces: z.int(),
  persons: z.int(),
  /** A worker uses it now. */
  isInUse: z.boolean(),
});
export type SystemModel = z.output<typeof model>;

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
  /** The one with the most faces first. */
  models: z.array(model),
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

export const doctorAnswer = z.object({
  /** Null: no worker has looked in the last two days. */
  examination: examinationSchema.omit({ v: true }).nullable(),
  /** Somebody has asked for another one, and no worker has made it yet. */
  isAsked: z.boolean(),
});
export type DoctorAnswer = z.output<typeof doctorAnswer>;

const receipt = z.object({
  /** That of the entry with which the person was forgotten. */
  id: z.string(),
  state: z.enum(receiptStates),
  acceptedAtMs: z.number(),
  /** Until then it can be undone. */
  dueAtMs: z.number(),
  doneAtMs: z.number().nullable(),
  verifiedAtMs: z.number().nullable(),
  /** What is left is only in the chat, where the bot cannot reach everything: an admin may settle it. */
  canSettle: z.boolean(),
  /** Who ended it although something is left in the chat, and why. */
  settled: z.object({ atMs: z.number(), by: z.string(), note: z.string() }).nullable(),
  /** What was found, erased and is left, by the name of the place; `why`: what it waits for, or what somebody must do. */
  places: z.array(z.object({ name: z.string(), found: z.number(), erased: z.number(), left: z.number(), why: z.string().nullable() })),
});
export type ReceiptOfPage = z.output<typeof receipt>;
export const receiptsQuery = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });
export const receiptsAnswer = z.object({ items: z.array(receipt) });
export const receiptAnswer = receipt;
export const receiptParams = z.object({ id: z.string().min(6).max(200) });
/** What becomes of what is left, in words. */
export const settleBody = z.strictObject({ note: freeText(500).trim().min(1) });
