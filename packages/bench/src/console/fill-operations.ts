import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations, violationIdOf } from '@watchpost/rules/store/violations';
import type { Finding } from '@watchpost/rules/violation';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { channel } from './planned.ts';

const counts = { rules: 40, violations: 3_000, entries: 3_000, jobs: 2_000 };
const atOnce = 32;
const dayMs = 86_400_000;
const messageEveryMs = 600_000;
const newsChannel = 'slack:C0NEWS';
const rulesChannel = 'slack:C0RULES';

/** The feed of the bench. */
export const slug = 'bench';

/** Of the message of this index, the newest first. */
const postedAtMs = (index: number, nowMs: number): number => nowMs - (index + 1) * messageEveryMs;
const messageIdOf = (index: number): string => `${String(1_700_000_000 - index)}.${String(index).padStart(6, '0')}`;
/** The id of the violation of this index. */
export const violationOf = (index: number): string => violationIdOf(rulesChannel, messageIdOf(index % counts.violations));

/**
 * Fills what is looked at beside people: rules and violations, a feed with entries, jobs that wait. Resolves to the file that describes the feed,
 * in the folder.
 */
export async function fillOperations(storage: StorageConfig, folder: string, signal: AbortSignal): Promise<string> {
  const file = path.join(folder, 'feeds.yaml');
  await writeFile(file, `feeds:\n  - { slug: ${slug}, channel: C0NEWS, headline: "The bench" }\n`);
  const log = createLogger('fill', 'silent');
  const database = await openDatabase(storage, { log }, signal);
  try {
    const nowMs = Date.now();
    await fillRules(database.documents, nowMs, signal);
    await fillFeed(database.documents, file, nowMs, signal);
  } finally {
    await database.close();
  }
  await fillQueue(storage);
  return file;
}

/** Calls `work` with 0, 1, 2 …, some at a time. */
async function each(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function fillRules(documents: DocumentStore, nowMs: number, signal: AbortSignal): Promise<void> {
  const rules = createRules(documents, { canQuarantine: false });
  const ids: string[] = [];
  for (let index = 0; index < counts.rules; index += 1) {
    const look = { pattern: `code-${String(index)}-[0-9a-f]{8}` };
    ids.push((await rules.add({ name: `Rule ${String(index)}`, look }, 'bench', signal)).id);
  }
  const violations = createViolations(documents, { keepMs: 90 * dayMs });
  await each(counts.violations, async (index) => {
    const rule = index % counts.rules;
    const atMs = postedAtMs(index, nowMs);
    const finding: Finding = {
      ruleId: ids[rule] ?? '',
      ruleName: `Rule ${String(rule)}`,
      description: 'Codes belong into the vault.',
      severity: index % 3 === 0 ? 'high' : 'medium',
      action: 'report',
      dryRun: false,
      notice: null,
      where: 'text',
      start: 4,
      end: 24,
      masked: 'code…(14)',
      fileId: null,
      atMs,
    };
    await violations.add(messageOf(rulesChannel, index, nowMs), { findings: [finding], unread: [] }, signal);
  });
}

async function fillFeed(documents: DocumentStore, file: string, nowMs: number, signal: AbortSignal): Promise<void> {
  const log = createLogger('fill', 'silent');
  const feeds = await openFeeds({ file, log, signal });
  try {
    const feed = feeds.get(slug);
    if (!feed) return;
    const envelope = createEnvelope([randomBytes(16).toString('hex')], 'bench');
    const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope });
    await each(counts.entries, async (index) => {
      const text = `Message ${String(index)}: the council goes on, and votes on the next point of the agenda.`;
      const written = { blocks: [{ type: 'paragraph' as const, inlines: [{ type: 'text' as const, text }] }], pictures: [], otherFiles: 0 };
      const ref = messageOf(newsChannel, index, nowMs);
      const message: WrittenMessage = {
        ...ref,
        written,
        isEdited: false,
        isBroadcast: false,
        atUs: ref.postedAtMs * 1_000,
        reactions: null,
      };
      await entries.apply(feed, { kind: 'written', message, withheld: null, marks: null }, signal);
    });
  } finally {
    feeds.close();
  }
}

const messageOf = (of: typeof newsChannel | typeof rulesChannel, index: number, nowMs: number) => ({
  channel: of,
  messageId: messageIdOf(index),
  thread: null,
  author: { member: `U0${String(index % 40)}`, bot: null, app: null },
  postedAtMs: postedAtMs(index, nowMs),
  isDirect: false,
});

/** Snapshots that no worker takes. */
async function fillQueue(storage: StorageConfig): Promise<void> {
  const sender = createJobSender(storage, { log: createLogger('fill', 'silent') });
  try {
    await each(counts.jobs, async (index) => {
      const file = { id: `F${String(index)}`, name: 'a.jpg', mimeType: 'image/jpeg', sizeBytes: null, url: null, thumbnailUrl: null };
      const job = { v: 1, kind: 'snapshot', snapshotId: randomUUID(), channel, messageId: messageIdOf(index), camera: 'Gate', file };
      await sender.send(snapshotJobSchema.parse({ ...job, takenAtMs: Date.now() }), { timeoutMs: 10_000 });
    });
  } finally {
    await sender.close();
  }
}
