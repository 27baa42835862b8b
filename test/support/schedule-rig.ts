import { parseUrl } from '@watchpost/shared/parse-url';
import { AppError } from '@watchpost/shared/errors';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { plain } from '@watchpost/shared/chat/say';
import type { FetchOutsideOptions } from '@watchpost/outside/fetch-outside';
import { readScheduleFile } from '@watchpost/schedule/file/read-schedule-file';
import { toTasks, type ScheduledTask } from '@watchpost/schedule/schedule';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns } from '@watchpost/schedule/store/runs';
import { createScheduledHandler } from '@watchpost/worker/scheduled/pipeline';
import type { Scheduling } from '@watchpost/worker/scheduled/scheduling-parts';
import type { PostNotice } from '@watchpost/worker/notice/notice';
import { createMemoryDocuments } from './memory-documents.ts';

const never = new AbortController().signal;

/** The jobs of a file that has no fault. */
export function tasksOf(yaml: string): ScheduledTask[] {
  const reading = readScheduleFile(yaml);
  if (reading.kind === 'faulty') throw new Error(reading.faults.map(({ line, message }) => `${String(line)}: ${message}`).join('\n'));
  return toTasks(reading.file);
}

type Notice = Parameters<PostNotice>[0];

/** A run of jobs on a schedule, with all that is around it in memory. */
export function scheduleRig(yaml: string, over: { documents?: DocumentStore; startMs?: number } = {}) {
  let nowMs = over.startMs ?? Date.parse('2026-11-22T12:00:05Z');
  const now = (): number => nowMs;
  const documents = over.documents ?? createMemoryDocuments(now);
  let tasks = tasksOf(yaml);
  const pages = new Map<string, string>();
  const asked: { url: string; options: FetchOutsideOptions }[] = [];
  const notices = new Map<string, Notice>();
  /** Each call, also for what is there already. */
  const offered: string[] = [];
  const mails = new Map<string, Mail>();
  const alerts: string[] = [];
  const quotes: string[] = [];
  /** Called before each thing that others can see; may throw: the process was killed. */
  const step = { before: (): void => undefined };
  const scheduling: Scheduling = {
    schedule: { get: (name) => tasks.find((each) => each.name === name) ?? null, all: () => tasks },
    documents,
    collections: createCollections(documents),
    runs: createRuns(documents),
    fetchOutside: async (url, options) => {
      step.before();
      asked.push({ url, options });
      const page = pages.get(url);
      if (page === undefined) throw new AppError('fetch-failed', `${parseUrl(url)?.hostname ?? ''} does not answer`);
      const body = (async function* () {
        yield Buffer.from(page);
      })();
      return { url, status: 200, headers: new Headers(), body };
    },
    privateOrigins: [],
    secrets: new Map([['shop', 'sesame']]),
    readNumbers: async () => ({ people: 7, strangers: 2, snapshots: 120, visits: 14, waiting: 0, failed: 0, uptimeHours: 30 }),
    addQuote: async ({ text }) => {
      step.before();
      if (!quotes.includes(text)) quotes.push(text);
    },
    platformFor: (channel) => {
      if (!channel.startsWith('slack:')) throw new AppError('job-invalid', `this version has no platform of ${channel}`);
    },
    postNotice: async (notice) => {
      step.before();
      offered.push(notice.id);
      if (!notices.has(notice.id)) notices.set(notice.id, notice);
    },
    queueMail: async (id, mail) => {
      step.before();
      if (!mails.has(id)) mails.set(id, mail);
    },
    alerts: { raise: ({ topic }) => void alerts.push(topic), clear: (topic) => void alerts.push(`clear ${topic}`) },
    now,
  };
  const handler = createScheduledHandler({ scheduling, log: createLogger('test', 'silent') });
  return {
    scheduling,
    documents,
    pages,
    asked,
    notices,
    offered,
    mails,
    alerts,
    quotes,
    step,
    run: async (name: string, askedAtMs?: number, lastAttempt = true) =>
      handler({ v: 1, kind: 'scheduled', name, ...(askedAtMs !== undefined && { askedAtMs }) }, { attempt: 1, lastAttempt }, never),
    pass: (ms: number): void => void (nowMs += ms),
    change: (text: string): void => void (tasks = tasksOf(text)),
    now,
    /** What was posted, as plain text. */
    said: (): string[] => [...notices.values()].map(({ post }) => (post?.sections ?? []).map(({ text }) => plain(text)).join('\n')),
  };
}

/** For handlers whose jobs on a schedule are not asked for. */
export const noScheduling = (): Scheduling => scheduleRig('jobs: []').scheduling;
