import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { postActions, violationActions } from '@watchpost/shared/chat/post';
import { postProgressSchema } from '@watchpost/shared/chat/posts';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { z } from 'zod';

const runSchema = z.object({
  text: z.string(),
  link: z.string().exactOptional(),
  time: z.object({ atMs: z.number(), format: z.enum(['time', 'date', 'date-time']) }).exactOptional(),
  member: z.string().exactOptional(),
  channel: z.string().exactOptional(),
  bold: z.boolean().exactOptional(),
});
const buttonSchema = z.object({
  label: z.string(),
  target: z.union([
    z.object({
      action: z.enum(postActions),
      visit: z.string(),
      number: z.number().nullable(),
      subject: z.string().nullable(),
    }),
    z.object({ action: z.enum(violationActions), violation: z.string() }),
  ]),
  style: z.enum(['primary', 'danger']).exactOptional(),
});
const sectionSchema = z.object({
  text: z.array(runSchema).readonly(),
  buttons: z.array(buttonSchema).readonly(),
  menu: z.array(buttonSchema).readonly(),
  thumbnail: z.object({ fileId: z.string(), altText: z.string() }).exactOptional(),
});
const postSchema = z.object({
  summary: z.string(),
  picture: z.object({ title: z.string(), altText: z.string() }).nullable(),
  sections: z.array(sectionSchema).readonly(),
  footer: z.array(runSchema).readonly(),
});

/** A chart of a collection that jobs on a schedule keep. */
const chartSchema = z.object({
  of: z.string(),
  value: z.string(),
  /** One line for each value of this field; null: one line. */
  by: z.string().nullable(),
  days: z.number(),
  title: z.string(),
  timeZone: z.string(),
});
export type NoticeChart = z.infer<typeof chartSchema>;

/** A post that is no visit's: what it says, to whom, and how far it got. */
const noticeSchema = z.object({
  v: z.literal(1),
  /** A channel, or one member. */
  to: z.union([
    z.object({ channel: channelKeySchema }),
    z.object({
      platform: z.string(),
      member: z.string(),
      /** About what they wrote themselves: they are told, whatever channels they are in. */
      about: z.literal('own-message').exactOptional(),
    }),
  ]),
  /** Of a digest: the time that it is about. */
  about: z.object({ fromMs: z.number(), toMs: z.number() }).exactOptional(),
  /** Whom it names: so that it is found when one of them is forgotten. */
  persons: z.array(z.string()).exactOptional(),
  /** Null: there is nothing to say, or it is said. */
  post: postSchema.nullable(),
  /** The faces of its contact sheet; none: it has no picture. */
  sheet: z.array(z.object({ snapshotId: z.string(), position: z.number(), label: z.string() })).readonly(),
  /** Its picture, where it has no sheet. */
  chart: chartSchema.exactOptional(),
  progress: postProgressSchema.nullable(),
});
export type NoticeBody = z.infer<typeof noticeSchema>;
export type SheetCell = NoticeBody['sheet'][number];

/** A notice with the revision that it was read at. */
export type Notice = NoticeBody & { revision: number };

const kind = 'notice';
/** Milliseconds. */
const keepMs = 7 * 86_400_000;
/** Of the days that they are kept. */
const mostOfOnePerson = 2_000;

/** Reads a notice; null if there is none, or it has expired. */
export async function readNotice(documents: DocumentStore, id: string, signal: AbortSignal): Promise<Notice | null> {
  const { document } = await documents.get(kind, id, signal);
  return document ? { ...noticeSchema.parse(document.body), revision: document.revision } : null;
}

/** A document has so many keys at most. */
const mostKeys = 100;
const personKey = (id: string): string => `person:${id}`;
const keysOf = ({ persons = [] }: Pick<NoticeBody, 'persons'>): string[] => persons.slice(0, mostKeys).map((id) => personKey(id));

/** Several notices, as far as there are any: to whom each is, and whether `noticesNaming` finds it for one of these persons. */
export async function readNaming(
  documents: DocumentStore,
  ids: readonly string[],
  personIds: readonly string[],
  signal: AbortSignal,
): Promise<{ id: string; to: NoticeBody['to']; isNaming: boolean }[]> {
  const wanted = new Set(personIds.map((id) => personKey(id)));
  const found = await documents.getAll(kind, ids, signal);
  return found.map(({ id, body, keys }) => ({ id, to: noticeSchema.parse(body).to, isNaming: keys.some((key) => wanted.has(key)) }));
}

/** The notices that name this person. */
export async function noticesNaming(documents: DocumentStore, personId: string, signal: AbortSignal): Promise<(Notice & { id: string })[]> {
  const found = await documents.find({ kind, key: personKey(personId), order: 'newest', limit: mostOfOnePerson }, signal);
  return found.map(({ id, revision, body }) => ({ ...noticeSchema.parse(body), id, revision }));
}

/** Writes it; rejects with `document-conflict` if somebody else did since. */
export async function saveNotice(
  documents: DocumentStore,
  id: string,
  { revision, ...body }: Notice,
  nowMs: number,
  signal: AbortSignal,
): Promise<Notice> {
  const stored = await documents.put({ kind, id, revision, atMs: nowMs, keys: keysOf(body), expiresAtMs: nowMs + keepMs, body }, signal);
  return { ...body, revision: stored.revision };
}

/** Posts something once: again with the same id it does nothing. */
export type PostNotice = (
  notice: Pick<NoticeBody, 'to' | 'post' | 'sheet' | 'about' | 'persons' | 'chart'> & { id: string },
  signal: AbortSignal,
) => Promise<void>;

export interface PostNoticeDeps {
  documents: DocumentStore;
  sender: Pick<JobSender, 'send'>;
  now: () => number;
  sendTimeoutMs: number;
}

/** Stores notices and queues their jobs. Whoever dies between the two calls it again: the job is queued once. */
export function createPostNotice({ documents, sender, now, sendTimeoutMs }: PostNoticeDeps): PostNotice {
  return async ({ id, ...body }, signal) => {
    try {
      await saveNotice(documents, id, { v: 1, ...body, progress: null, revision: 0 }, now(), signal);
    } catch (error) {
      if (toAppError(error).code !== 'document-conflict') throw error;
      const stored = await readNotice(documents, id, signal);
      if (!stored?.post || stored.progress?.state === 'posted') return;
    }
    if (body.post) await sender.send({ v: 1, kind: 'notice', noticeId: id }, { timeoutMs: sendTimeoutMs });
  };
}
