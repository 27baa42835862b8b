import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { Entry } from '@watchpost/feeds/entry';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Written, WrittenMessage } from '@watchpost/shared/chat/written';
import { writtenSchema } from '@watchpost/shared/chat/written';
import { createEnvelope } from '@watchpost/shared/envelope';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { parseJob } from '@watchpost/shared/jobs/job-kinds';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { readWritten } from '@watchpost/slack/written/read-written';
import { never } from './each-store.ts';
import { feedOf, writtenEventOf } from './feed-samples.ts';
import { startIngestProcess, type IngestProcess } from './ingest-process.ts';
import { queueBackends } from './queue-backends.ts';
import { postgres, redis, type Service } from './services.ts';
import { until } from './until.ts';

/** What its jobs are sealed with, and what waits for approval. */
const key = 'a key of thirty-two characters or more';
const log = createLogger('test', 'silent');

/** The feed `news`: C5, approved with a tick. And others. */
const file = (over: string): string =>
  `feeds:\n  - slug: news\n    channel: C5\n    headline: News\n    approval: { emoji: white_check_mark, by: everyone }\n    history: 3d\n${over}`;

/** Ingest processes that follow a feeds' file, with a real queue, a real database, and an unfriendly Slack. */
export interface FeedsIngestRig {
  queue: Service;
  slack: FakeSlack;
  /** What comes after the usual feed. */
  writeFeeds(more?: string): Promise<void>;
  boot(env?: Record<string, string>): Promise<IngestProcess>;
  /** The entry jobs of a channel since the last time. */
  jobs(channel?: string): Promise<EntryJob[]>;
  /** What they say: `written TS text`. */
  said(jobs: readonly EntryJob[]): string[];
  /** What a worker would have made of a message. */
  store(message: object): Promise<Entry>;
  /** When messages were last received. */
  received(atMs: number): Promise<void>;
  /** Ends the processes. */
  killAll(): Promise<void>;
  /** And removes what was posted, queued and stored. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function feedsIngestRig(): Promise<FeedsIngestRig> {
  const [queue, store] = [await redis({ own: true }), await postgres({ own: true })];
  const database: Database = await openDatabase({ POSTGRES_URL: store.url }, { log }, never);
  const slack = await startFakeSlack();
  const folder = await mkdtemp(join(tmpdir(), 'feeds-'));
  const feedsFile = join(folder, 'feeds.yaml');
  const envelope = createEnvelope([key], 'jobs');
  const { documents } = database;
  const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope });
  const seen = new Set<string>();
  let processes: IngestProcess[] = [];

  const writeFeeds = async (more = ''): Promise<void> => writeFile(feedsFile, file(more));
  const killAll = async (): Promise<void> => {
    await Promise.all(processes.map(async (each) => each.kill()));
    processes = [];
  };
  const jobs = async (channel = 'C5'): Promise<EntryJob[]> => {
    const raw = queueBackends[0]!.raw(queue.url, 'entries');
    const waiting = await raw.getJobs(['waiting', 'prioritized', 'delayed'], 0, -1);
    await raw.close();
    const fresh = waiting
      .map(({ data }) => parseJob('entry', data))
      .filter((job) => job.channel === `slack:${channel}` && !seen.has(job.id));
    for (const { id } of fresh) seen.add(id);
    return fresh;
  };
  const clear = async (): Promise<void> => {
    await killAll();
    slack.chat.messages.length = 0;
    await jobs();
    const stored = await documents.find({ kind: 'entry', order: 'newest', limit: 100 }, never);
    for (const { id, revision } of stored) await documents.remove('entry', id, revision, never);
  };
  const writtenOf = (message: object): WrittenMessage => readWritten(message, 'C5')!;
  const opened = (job: EntryJob): Written | null =>
    job.change === 'written' && job.sealed !== null ? openJson(envelope, job.sealed, job.id, writtenSchema) : null;
  return {
    queue,
    slack,
    writeFeeds,
    killAll,
    boot: async (env = {}) => {
      const where = { REDIS_URL: queue.url, POSTGRES_URL: store.url, SLACK_API_URL: slack.apiUrl };
      const started = await startIngestProcess({ ...where, FEEDS_FILE: feedsFile, MESSAGE_KEY: key, ...env });
      processes.push(started);
      await until('ingest is ready', async () => (await started.ready()).status === 200);
      return started;
    },
    jobs,
    clear,
    said: (jobs) =>
      jobs.map((job) => {
        const text = opened(job)?.blocks.flatMap((block) => ('inlines' in block ? block.inlines : []));
        const line = text?.map((inline) => (inline.type === 'text' ? inline.text : '')).join('');
        return [job.change, job.messageId, ...(line === undefined ? [] : [line])].join(' ');
      }),
    store: async (message) => {
      const feed = feedOf({ channel: 'slack:C5', approval: { emoji: ['white_check_mark'], by: 'everyone', edits: 'hold' } });
      return (await entries.apply(feed, writtenEventOf(writtenOf(message)), never)).entry;
    },
    received: async (atMs) => {
      const { document } = await documents.get('intake', 'slack', never);
      const mark = { kind: 'intake', id: 'slack', revision: document?.revision ?? 0, keys: [], expiresAtMs: null };
      await documents.put({ ...mark, atMs, body: { receivedUntilMs: atMs } }, never);
    },
    close: async () => {
      await killAll();
      await database.close();
      await Promise.all([queue.stop(), store.stop(), slack.close(), rm(folder, { recursive: true })]);
    },
  };
}
