import { createHash, randomUUID } from 'node:crypto';
import { changeAlert, openAlerts } from '@watchpost/shared/alerts/open-alerts';
import { plain } from '@watchpost/shared/chat/say';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { QueueMail } from '../mail/queue-mail.ts';
import { alertMailTopic, mailTopic } from '../mail/pipeline.ts';
import type { PostNotice } from '../notice/notice.ts';
import type { Rates } from '../rates.ts';
import { afterLine, alertPrefix, bulletinSchema, dueLines, postOf, type Bulletin } from './bulletin.ts';

export interface TellAdminsDeps {
  documents: DocumentStore;
  rates: Pick<Rates, 'take'>;
  postNotice: PostNotice;
  /** Null: no mail is sent. */
  queueMail: QueueMail | null;
  /** Who gets mail. */
  mailTo: readonly string[];
  /** Where admins read: their channels and their own chats. */
  adminChats: (signal: AbortSignal) => Promise<readonly ChannelKey[]>;
  log: Logger;
}

const kind = 'alert-bulletin';
/** All messages together. */
const limit = { most: 10, minutes: 60 };
/** A message that is not told by then is not told at all, milliseconds. */
const keepMs = 86_400_000;

/**
 * Says to admins what is due, in one message. What it says is stored first: a worker that dies in between leaves a message that the next
 * one finishes, and nobody gets it twice.
 */
export async function tellAdmins(deps: TellAdminsDeps, signal: AbortSignal): Promise<void> {
  const { documents, rates } = deps;
  const unfinished = await documents.find({ kind, order: 'oldest', limit: 10 }, signal);
  for (const { body } of unfinished) await finish(bulletinSchema.parse(body), deps, signal);
  await forgetUntold(documents, signal);
  const { alerts, nowMs } = await openAlerts(documents, signal);
  const lines = dueLines(alerts, nowMs);
  if (lines.length === 0 || !(await rates.take('alerts', limit, signal))) return;
  const bulletin: Bulletin = { id: randomUUID(), atMs: Math.floor(nowMs), lines };
  const stored = { kind, id: bulletin.id, revision: 0, atMs: bulletin.atMs, keys: [], expiresAtMs: nowMs + keepMs };
  await documents.put({ ...stored, body: bulletin }, signal);
  await finish(bulletin, deps, signal);
}

/** Whatever was well again before anybody was told needs nobody. */
async function forgetUntold(documents: DocumentStore, signal: AbortSignal): Promise<void> {
  const { alerts } = await openAlerts(documents, signal);
  for (const { topic } of alerts.filter(({ clearedAtMs, isTold }) => clearedAtMs !== null && !isTold))
    await changeAlert(documents, topic, (alert) => (alert.clearedAtMs !== null && !alert.isTold ? { ...alert, count: 0 } : null), signal);
}

/** Each step can be done again: notices and mails have the same ids. */
async function finish(bulletin: Bulletin, deps: TellAdminsDeps, signal: AbortSignal): Promise<void> {
  const { documents, postNotice, queueMail, mailTo, adminChats, log } = deps;
  const chats = [...new Set(await adminChats(signal))];
  for (const channel of chats) {
    const id = `${alertPrefix}${bulletin.id}-${createHash('sha256').update(channel).digest('hex').slice(0, 16)}`;
    await postNotice({ id, to: { channel }, post: postOf(bulletin), sheet: [] }, signal);
  }
  // That no mail can be sent is not said by mail.
  const mailed = bulletin.lines.filter(({ topic }) => topic !== mailTopic && topic !== alertMailTopic);
  const isMailed = queueMail !== null && mailTo.length > 0;
  if (isMailed && mailed.length > 0)
    await queueMail(`${alertPrefix}${bulletin.id}`, { to: [...mailTo], ...mailOf({ lines: mailed }) }, signal);
  if (chats.length === 0 && !isMailed)
    log.error(
      { topics: bulletin.lines.map(({ topic, is, code }) => ({ topic, is, code })) },
      'something needs a person, and there is nobody to tell',
    );
  for (const line of bulletin.lines) await changeAlert(documents, line.topic, (alert) => afterLine(alert, line, bulletin), signal);
  await removeDocument(documents, kind, bulletin.id, signal);
}

function mailOf(bulletin: Pick<Bulletin, 'lines'>): { subject: string; text: string } {
  const { summary, sections } = postOf(bulletin);
  return { subject: summary, text: `${sections.map(({ text }) => plain(text)).join('\n')}\n` };
}
