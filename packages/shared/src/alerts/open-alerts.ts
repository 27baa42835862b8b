import { z } from 'zod';
import type { DocumentStore, StoredDocument } from '../documents/document-store.ts';
import { untilNoConflict } from '../documents/until-no-conflict.ts';
import type { ErrorCode } from '../errors.ts';

/** What was raised, as it is written. */
export interface RaisedAlert {
  text: string;
  code: ErrorCode | null;
  /** How often since it was last written. */
  count: number;
}

const bodySchema = z.object({
  text: z.string(),
  code: z.string().nullable(),
  /** How often since admins were last told. */
  count: z.number(),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  /** It is well again since then; null: it is not. */
  clearedAtMs: z.number().nullable(),
  /** When admins were last told that it is wrong, also of an earlier time; null: never. */
  toldAtMs: z.number().nullable(),
  /** They were told that it is wrong, and not that it is well again. */
  isTold: z.boolean(),
  /** The last message about it. */
  bulletin: z.string().nullable(),
});

/** What is wrong now, or was and admins do not know yet that it is well again. */
export type OpenAlert = z.infer<typeof bodySchema> & { topic: string; revision: number };

const kind = 'alert';
const openKey = 'open';
/** At most one message an hour is about one topic, milliseconds. */
export const hourMs = 3_600_000;
/** What nobody tells is forgotten: no worker runs. Milliseconds. */
const keepMs = 7 * 24 * hourMs;

/** The first time counts as well. */
export async function noteRaised(documents: DocumentStore, topic: string, raised: RaisedAlert, signal: AbortSignal): Promise<void> {
  await untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(kind, topic, signal);
    const known = document && parse(document);
    const goesOn = known !== null && known.clearedAtMs === null && known.count + Number(known.isTold) > 0;
    await put(
      documents,
      {
        topic,
        revision: document?.revision ?? 0,
        text: raised.text,
        code: raised.code,
        count: (goesOn ? known.count : 0) + raised.count,
        firstAtMs: goesOn ? known.firstAtMs : nowMs,
        lastAtMs: nowMs,
        clearedAtMs: null,
        toldAtMs: known?.toldAtMs ?? null,
        isTold: known?.isTold ?? false,
        bulletin: known?.bulletin ?? null,
      },
      nowMs,
      signal,
    );
  }, signal);
}

/** What was never raised is no error. */
export async function noteCleared(documents: DocumentStore, topic: string, signal: AbortSignal): Promise<void> {
  await untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(kind, topic, signal);
    const known = document && parse(document);
    if (!known || known.clearedAtMs !== null || !isOpen(known)) return;
    await put(documents, { ...known, clearedAtMs: nowMs }, nowMs, signal);
  }, signal);
}

/** Those that are open, and the database's clock. */
export async function openAlerts(documents: DocumentStore, signal: AbortSignal): Promise<{ alerts: OpenAlert[]; nowMs: number }> {
  const found = await documents.find({ kind, key: openKey, order: 'oldest', limit: 500 }, signal);
  const { nowMs } = await documents.get(kind, '-', signal);
  return { alerts: found.map((document) => parse(document)), nowMs };
}

/** Changes an alert as it is now, however it was changed meanwhile; null leaves it as it is. */
export async function changeAlert(
  documents: DocumentStore,
  topic: string,
  change: (alert: OpenAlert) => OpenAlert | null,
  signal: AbortSignal,
): Promise<void> {
  await untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(kind, topic, signal);
    const changed = document && change(parse(document));
    if (changed) await put(documents, changed, nowMs, signal);
  }, signal);
}

/** Whether there is something to be told about it, now or later. */
const isOpen = ({ isTold, count }: Pick<OpenAlert, 'isTold' | 'count'>): boolean => isTold || count > 0;

function parse({ id, revision, body }: StoredDocument): OpenAlert {
  return { ...bodySchema.parse(body), topic: id, revision };
}

async function put(documents: DocumentStore, alert: OpenAlert, nowMs: number, signal: AbortSignal): Promise<void> {
  const { topic, revision, ...body } = alert;
  const keys = isOpen(alert) ? [openKey] : [];
  await documents.put({ kind, id: topic, revision, atMs: alert.lastAtMs, keys, expiresAtMs: nowMs + keepMs, body }, signal);
}
