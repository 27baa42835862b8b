import type { CustomEmoji, MemberProfile } from '@watchpost/shared/chat/directory';
import type { Reaction, WrittenMessage } from '@watchpost/shared/chat/written';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { jobId, type Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobResult } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import { entryIdOf, type Entry } from '@watchpost/feeds/entry';
import type { FeedChange } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { defaultRule, type RuleSettings } from '@watchpost/rules/rule';
import { createEntryHandler } from '@watchpost/worker/entry/pipeline';
import { textsOf } from '@watchpost/worker/entry/texts';
import { createProfileHandler } from '@watchpost/worker/profile/pipeline';
import { createPublishing, type Publishing } from '@watchpost/worker/publishing';
import sharp from 'sharp';
import { feedOf, feedsOf, samplePostedAtMs, writtenMessageOf } from './feed-samples.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { mortalDocuments } from './mortal-documents.ts';
import { moderatingParts } from './moderating-parts.ts';
import { silentChat } from './silent-chat.ts';

const never = new AbortController().signal;

/** A picture of a member. */
const portrait = await sharp({ create: { width: 512, height: 512, channels: 3, background: '#884422' } })
  .png()
  .toBuffer();

export interface EntryRig {
  documents: DocumentStore;
  parts: Publishing;
  metrics: Metrics;
  feeds: Feed[];
  /** Messages as the platform has them, by id. */
  messages: Map<string, WrittenMessage>;
  members: Map<string, MemberProfile>;
  groups: Map<string, string[]>;
  channels: Map<string, { name: string; isPrivate: boolean }>;
  emoji: Map<string, CustomEmoji>;
  /** What the platform was asked: `member U1`. */
  asked: string[];
  /** Called with each such question; may throw. */
  onAsk: (what: string) => void;
  queued: Job[];
  /** Every job that was ever queued, every document that was ever written, and every log line, as JSON. */
  everQueued: string[];
  written: string[];
  lines: string[];
  nowMs: number;
  /** Called before and after each write and each queued job; may throw. */
  step: () => void;
  rule(over?: RuleSettings): Promise<void>;
  /** The job of a message, or of its edit; it is in the platform's history from then on. */
  says(text: string | WrittenMessage, over?: Partial<WrittenMessage>): EntryJob;
  reacts(message: Pick<WrittenMessage, 'messageId' | 'channel'>, reaction: Reaction, over?: { isSet?: boolean; atUs?: number }): EntryJob;
  deletes(message: Pick<WrittenMessage, 'messageId' | 'channel'>): EntryJob;
  checks(message: Pick<WrittenMessage, 'messageId' | 'channel' | 'thread'>, atUs?: number): EntryJob;
  run(job: Job, context?: Partial<JobContext>): Promise<JobResult>;
  /** Runs all jobs, and those that they queue; transient failures again, as the queue does. */
  settle(jobs?: readonly Job[]): Promise<void>;
  entry(messageId?: string, slug?: string): Promise<Entry | null>;
  /** What readers see of a message, as its texts; null: nothing. */
  shows(messageId?: string, slug?: string): Promise<string | null>;
  logged(): Promise<FeedChange[]>;
}

/** The id of the message that `says` makes unless it is told otherwise. */
export const firstId = writtenMessageOf('').messageId;

/** The worker's jobs about feeds; documents, queue and chat are in memory, unless others are given. */
export function createEntryRig({ documents, send }: { documents?: DocumentStore; send?: (job: Job) => Promise<void> } = {}): EntryRig {
  const stored = documents ?? createMemoryDocuments(() => rig.nowMs);
  const { mortal, visible } = mortalDocuments(stored, () => rig);
  const sender = {
    send: (job: Job): Promise<void> =>
      visible(async () => {
        const id = jobId(job.kind, job as never);
        if (send) await send(job);
        else if (!rig.everQueued.some((each) => each.startsWith(`${id} `))) rig.queued.push(job);
        rig.everQueued.push(`${id} ${JSON.stringify(job)}`);
      }),
    ping: async () => undefined,
    counts: async () => [],
    close: async () => undefined,
  };
  const metrics = createMetrics({ processMetrics: false });
  const log = createLogger('test', 'debug', { write: (line) => void rig.lines.push(line) });
  const now = (): number => rig.nowMs;
  const moderating = moderatingParts(mortal, { sender, metrics, now });
  const unasked = async (): Promise<never> => Promise.reject(new AppError('internal', 'nobody asks the gallery'));
  const common = {
    ...moderating,
    documents: mortal,
    sender,
    sendTimeoutMs: 1_000,
    log,
    metrics,
    now,
    feeds: { ...feedsOf([]), all: () => rig.feeds, of: (channel: string) => rig.feeds.filter((feed) => feed.channel === channel) },
    platformFor: () => ({
      ...silentChat,
      ...directoryOf(rig),
      chat: unasked as never,
      prefix: 'slack',
      talk: null,
      writeChannel: 'slack:CRESULTS' as const,
      adminChannel: null,
    }),
    visits: { get: unasked },
    gallery: { isReady: () => true, position: () => ({ epoch: '', version: 0 }), reached: unasked },
    questions: { changedSince: unasked, seenIn: unasked, alike: () => 'unclear' as const },
    records: { get: unasked } as never,
    files: { get: () => null, keep: () => undefined, drop: () => undefined } as never,
    maxBytes: 1_000_000,
    maxPixels: 1_000_000,
    keepMs: 30 * 86_400_000,
  };
  const parts = createPublishing(common);
  const deps = { ...common, ...parts, feeds: common.feeds };
  const handlers = { entry: createEntryHandler(deps), profile: createProfileHandler(deps) };
  const rig: EntryRig = {
    documents: stored,
    parts,
    metrics,
    feeds: [feedOf()],
    messages: new Map(),
    members: new Map(),
    groups: new Map(),
    channels: new Map(),
    emoji: new Map(),
    asked: [],
    onAsk: () => undefined,
    queued: [],
    everQueued: [],
    written: [],
    lines: [],
    nowMs: samplePostedAtMs + 60_000,
    step: () => undefined,
    rule: async (over = {}) => {
      const settings = { name: 'Keys', look: { pattern: 'AKIA[A-Z0-9]{16}' }, dryRun: false, action: 'remove' } as const;
      await moderating.rules.add({ ...defaultRule, ...settings, ...over }, 'cli:test', never);
    },
    ...makers(() => rig, moderating.envelope),
    run: async (job, context) => {
      const full = { attempt: 1, lastAttempt: false, ...context };
      if (job.kind === 'entry') return handlers.entry(job, full, never);
      if (job.kind === 'profile') return handlers.profile(job, full, never);
      if (job.kind === 'handoff') return undefined;
      throw new Error(`nobody runs ${job.kind} here`);
    },
    settle: (jobs = []) => settle(rig, jobs),
    entry: async (messageId = firstId, slug = 'news') => parts.entries.get(slug, messageId, never),
    shows: async (messageId, slug) => {
      const entry = await rig.entry(messageId, slug);
      return entry?.published ? (textsOf(entry.published.written)[0]?.text ?? '') : null;
    },
    logged: async () => (await parts.feedLog.read(0, 1_000, never)).flatMap(({ changes }) => changes),
  };
  return rig;
}

function makers(rig: () => EntryRig, envelope: Parameters<typeof sealJson>[0]): Pick<EntryRig, 'says' | 'reacts' | 'deletes' | 'checks'> {
  let serial = 0;
  const idOf = (messageId: string): string => `${messageId}-${String((serial += 1))}`;
  return {
    says: (text, over = {}) => {
      const message = typeof text === 'string' ? writtenMessageOf(text, over) : { ...text, ...over };
      rig().messages.set(message.messageId, message);
      const { written, ...ref } = message;
      const id = idOf(message.messageId);
      const reactionsAtUs = ref.reactions === null ? null : (rig().nowMs - 10_000) * 1_000;
      const reactions = ref.reactions === null ? null : [...ref.reactions];
      return { ...ref, reactions, v: 1, kind: 'entry', change: 'written', id, reactionsAtUs, sealed: sealJson(envelope, written, id) };
    },
    reacts: ({ channel, messageId }, reaction, { isSet = true, atUs = (serial + 1) * 1_000 + samplePostedAtMs * 1_000 } = {}) => {
      return { v: 1, kind: 'entry', change: 'reaction', id: idOf(messageId), atUs, channel, messageId, reaction, isSet };
    },
    deletes: ({ channel, messageId }) => {
      rig().messages.delete(messageId);
      return { v: 1, kind: 'entry', change: 'deleted', id: idOf(messageId), atUs: rig().nowMs * 1_000, channel, messageId };
    },
    checks: ({ channel, messageId, thread }, atUs = rig().nowMs * 1_000) => {
      return { v: 1, kind: 'entry', change: 'check', id: idOf(messageId), atUs, channel, messageId, thread };
    },
  };
}

function directoryOf(rig: EntryRig): Pick<typeof silentChat, 'directory'> {
  const ask = <T>(what: string, answer: T): T => {
    rig.asked.push(what);
    rig.onAsk(what);
    return answer;
  };
  return {
    directory: {
      member: async (id) => ask(`member ${id}`, rig.members.get(id) ?? null),
      channel: async (id) => ask(`channel ${id}`, rig.channels.get(id) ?? null),
      group: async () => null,
      groupMembers: async (id) => ask(`group ${id}`, rig.groups.get(id) ?? []),
      emoji: async () => ask('emoji', rig.emoji),
      publicPicture: async (url) => ask(`picture ${url}`, portrait),
      written: async ({ messageId }) => ask(`written ${messageId}`, rig.messages.get(messageId) ?? null),
    },
  };
}

export function memberOf(id: string, over: Partial<MemberProfile> = {}): MemberProfile {
  const picture = { id: `hash-${id}`, url: `https://avatars.slack-edge.com/${id}.png` };
  return { id, displayName: `Name of ${id}`, realName: '', title: '', picture, isBot: false, ...over };
}

const mostRounds = 500;

async function settle(rig: EntryRig, jobs: readonly Job[]): Promise<void> {
  rig.queued.push(...jobs);
  for (let round = 0; rig.queued.length > 0; round += 1) {
    if (round > mostRounds) throw new Error('jobs come again for ever');
    const job = rig.queued.shift()!;
    try {
      await rig.run(job);
    } catch (thrown) {
      const error = toAppError(thrown);
      rig.lines.push(JSON.stringify([error.code, error.message, error.stack, String(error.cause)]));
      if (error.retry === 'permanent') throw error;
      rig.nowMs += error.retryAfterMs ?? 500;
      rig.queued.push(job);
    }
  }
}

/** How an entry is called in the database. */
export const idIn = (slug: string, messageId = firstId): string => entryIdOf(slug, messageId);
