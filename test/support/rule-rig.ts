import { setMaxListeners } from 'node:events';
import type { ChannelKey, ChatFile } from '@watchpost/shared/chat/chat';
import type { Author, Message, MessageText } from '@watchpost/shared/chat/message';
import type { CanRemove } from '@watchpost/shared/chat/moderation';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { plain } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobResult } from '@watchpost/shared/jobs/job-queue';
import { jobId } from '@watchpost/shared/jobs/job-kinds';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import { defaultRule, type Rule, type RuleSettings } from '@watchpost/rules/rule';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import { createFileHandler } from '@watchpost/worker/file/pipeline';
import { createMessageHandler } from '@watchpost/worker/message/pipeline';
import { recordLoss } from '@watchpost/worker/record-loss';
import { createTellingHandler } from '@watchpost/worker/telling/pipeline';
import { createViolationHandler } from '@watchpost/worker/violation/pipeline';
import { createFakePosts, type FakePosts } from './fake-posts.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { mortalDocuments } from './mortal-documents.ts';
import { createMemoryRecords } from './memory-records.ts';
import { moderatingParts, quarantineKey } from './moderating-parts.ts';
import { silentChat } from './silent-chat.ts';

export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);

/** Built from pieces: nothing that looks like a real one stands in a file. */
export const secret = ['AKIA', 'CANARY7', 'EXAMPLE99'].join('');
export const channel = 'slack:CTEAM';
export const adminChannel = 'slack:CADMIN';
const startMs = 1_800_000_000_000;

/** What a message is made of. */
interface Said {
  text?: string;
  before?: MessageText[];
  files?: { id: string; bytes: string | Buffer; name?: string }[];
  author?: Partial<Author>;
  in?: ChannelKey;
}

export interface RuleRig {
  documents: DocumentStore;
  parts: ReturnType<typeof moderatingParts>;
  posts: FakePosts;
  metrics: Metrics;
  /** Messages in the chat, by id, and files by id. */
  messages: Map<string, Message>;
  files: Map<string, Buffer>;
  /** How many messages were said: the id of the last one. */
  said: number;
  /** What was removed, in order: `message 1`, `file F1`. Each call that did it. */
  removals: string[];
  /** Called before each removal; may throw. */
  onRemove: (what: string) => void;
  onMessage: (member: string) => void;
  canRemove: CanRemove;
  /** Queued, oldest first; and every job that was ever queued, as JSON. */
  queued: Job[];
  everQueued: string[];
  /** All documents that were ever written, as JSON. */
  written: string[];
  /** All log lines, and the errors of jobs. */
  lines: string[];
  nowMs: number;
  adminChannel: ChannelKey | null;
  rule(over?: RuleSettings): Promise<Rule>;
  say(said: Said): MessageJob;
  run(job: Job, context?: Partial<JobContext>): Promise<JobResult>;
  /** Runs all jobs, and those that they queue, until none is left; as the queue does it. */
  /** Three workers died while they ran it. */
  lose(job: Job): Promise<void>;
  settle(): Promise<void>;
  violation(messageId?: string): Promise<Violation | null>;
  /** What the admin channel, a channel or a member reads. */
  read(where?: ChannelKey): string[];
  /** Dies or fails at will: called before and after each write and each call that others can see. */
  step: () => void;
}

export interface RigOptions {
  documents?: DocumentStore;
  /** Of the quarantine; null: there is none. */
  keys?: readonly string[] | null;
  over?: (
    deps: Parameters<typeof createViolationHandler>[0] &
      Parameters<typeof createTellingHandler>[0] &
      Parameters<typeof createFileHandler>[0],
  ) => object;
}

/** The worker's jobs about rules without servers: documents, chat and posts are in memory, and time passes when a test says so. */
export function createRuleRig({ documents, keys = [quarantineKey], over }: RigOptions = {}): RuleRig {
  const stored = documents ?? createMemoryDocuments(() => rig.nowMs);
  const { mortal, visible } = mortalDocuments(stored, () => rig);
  const sender = {
    send: async (job: Job): Promise<void> =>
      visible(() => {
        const isKnown = rig.everQueued.some((each) => each.startsWith(`${jobId(job.kind, job as never)} `));
        rig.everQueued.push(`${jobId(job.kind, job as never)} ${JSON.stringify(job)}`);
        if (!isKnown) rig.queued.push(job);
      }),
  };
  const metrics = createMetrics({ processMetrics: false });
  const now = (): number => rig.nowMs;
  const parts = moderatingParts(mortal, { sender, keys, metrics, now });
  const posts = createFakePosts(now);
  posts.step = () => rig.step();
  const log = createLogger('test', 'debug', { write: (line) => void rig.lines.push(line) });
  const deps = {
    ...parts,
    documents: mortal,
    sender,
    sendTimeoutMs: 1_000,
    log,
    now,
    maxBytes: 100_000,
    platformFor: () => fakePlatform(rig, visible),
  };
  const all = { ...deps, ...over?.(deps) };
  const handlers = {
    message: createMessageHandler(all),
    file: createFileHandler(all),
    violation: createViolationHandler(all),
    telling: createTellingHandler(all),
  };
  const rig: RuleRig = {
    documents: stored,
    parts,
    posts,
    metrics,
    messages: new Map(),
    files: new Map(),
    said: 0,
    removals: [],
    onRemove: () => undefined,
    onMessage: () => undefined,
    canRemove: { can: true },
    queued: [],
    everQueued: [],
    written: [],
    lines: [],
    nowMs: startMs,
    adminChannel,
    rule: (settings = {}) =>
      parts.rules.add(
        { ...defaultRule, name: 'Keys', look: { pattern: 'AKIA[A-Z0-9]{16}' }, dryRun: false, action: 'remove', ...settings },
        'cli:test',
        never,
      ),
    say: (said) => say(rig, said),
    run: async (job, context) => {
      const full = { attempt: 1, lastAttempt: false, ...context };
      if (job.kind === 'message') return handlers.message(job, full, never);
      if (job.kind === 'file') return handlers.file(job, full, never);
      if (job.kind === 'violation') return handlers.violation(job, full, never);
      if (job.kind === 'telling') return handlers.telling(job, full, never);
      if (job.kind === 'notice') return undefined;
      throw new Error(`nobody runs ${job.kind} here`);
    },
    lose: (job) =>
      recordLoss(job, new AppError('job-worker-lost', 'died'), { ...all, records: createMemoryRecords(), count: () => undefined }, never),
    settle: () => settle(rig),
    violation: async (messageId = '1') => (await parts.violations.get(violationIdOf(channel, messageId), never))?.violation ?? null,
    read: (where = adminChannel) =>
      posts.messages
        .filter((each) => each.channel === where && !each.isDeleted)
        .map(({ post }) => post.sections.map(({ text }) => plain(text)).join('\n')),
    step: () => undefined,
  };
  return rig;
}

/** Puts a message into the chat, and its job into the queue. */
function say(rig: RuleRig, { text = '', before, files = [], author, in: where = channel }: Said): MessageJob {
  rig.said += 1;
  const messageId = String(rig.said);
  for (const { id, bytes } of files) rig.files.set(id, Buffer.from(bytes));
  const ref = {
    channel: where,
    messageId,
    thread: null,
    author: { member: 'UAUTHOR', bot: null, app: null, ...author },
    postedAtMs: rig.nowMs,
    isDirect: false,
  };
  const chatFiles = files.map(({ id, name = 'notes.txt', bytes }): ChatFile => ({
    id,
    name,
    mimeType: 'text/plain',
    sizeBytes: bytes.length,
    url: `https://chat.example/${id}`,
    thumbnailUrl: null,
  }));
  const names = files.flatMap(({ name }, index) => (name === undefined ? [] : [{ where: `file ${index + 1}: name`, text: name }]));
  const content = { texts: [...(text === '' ? [] : [{ where: 'text', text }]), ...names], before: before ?? null, files: chatFiles };
  rig.messages.set(messageId, { ...ref, content });
  const id = `job-${messageId}`;
  const sealed = sealJson(rig.parts.envelope, content, id);
  const job: MessageJob = { ...ref, v: 1, kind: 'message', id, change: before ? 'edited' : 'posted', atMs: rig.nowMs, sealed };
  rig.queued.push(job);
  return job;
}

/** More attempts than any kind has. */
const mostAttempts = 6;

/** As the queue does it: what failed transiently comes again, what asks for time gets it, and what failed for good is left. */
async function settle(rig: RuleRig): Promise<void> {
  const attempts = new Map<Job, number>();
  for (let round = 0; rig.queued.length > 0; round += 1) {
    if (round > 400) throw new Error('jobs come again for ever');
    const job = rig.queued.shift()!;
    const attempt = (attempts.get(job) ?? 0) + 1;
    try {
      await rig.run(job, { attempt, lastAttempt: attempt >= mostAttempts });
    } catch (thrown) {
      const error = toAppError(thrown);
      rig.lines.push(JSON.stringify([error.code, error.message, error.stack, String(error.cause)]));
      if (error.code === 'job-worker-lost') await rig.lose(job);
      if (error.retry === 'permanent' || (attempt >= mostAttempts && error.retryAfterMs === undefined)) continue;
      if (error.retryAfterMs === undefined) attempts.set(job, attempt);
      rig.nowMs += error.retryAfterMs ?? 5_000;
      rig.queued.push(job);
    }
  }
}

function fakePlatform(rig: RuleRig, visible: <T>(work: () => T | Promise<T>) => Promise<T>): ConnectedPlatform {
  const removing = async (what: string, store: Map<string, unknown>, id: string): Promise<'removed' | 'gone'> =>
    visible(() => {
      rig.onRemove(what);
      if (!store.delete(id)) return 'gone';
      rig.removals.push(what);
      return 'removed';
    });
  return {
    ...silentChat,
    prefix: 'slack',
    talk: null,
    writeChannel: 'slack:CRESULTS',
    adminChannel: rig.adminChannel,
    posts: rig.posts,
    chat: {
      check: async () => undefined,
      permalink: async (_where, messageId) => `https://chat.example/${messageId}`,
      download: async ({ id }, { maxBytes }) => {
        const bytes = rig.files.get(id);
        if (!bytes) throw new AppError('file-gone', 'HTTP 404');
        if (bytes.length > maxBytes) throw new AppError('file-too-large', 'too large');
        return bytes;
      },
    },
    moderation: {
      canRemove: async () => rig.canRemove,
      removeMessage: ({ messageId }) => removing(`message ${messageId}`, rig.messages, messageId),
      removeFile: (fileId) => removing(`file ${fileId}`, rig.files, fileId),
      read: async ({ messageId }) => rig.messages.get(messageId) ?? null,
      recent: async () => [],
    },
    members: {
      ...silentChat.members,
      message: async (member, post, save) => {
        rig.onMessage(member);
        return rig.posts.send({ ...post, channel: `slack:D${member}` }, save, never);
      },
    },
  };
}
