import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { createRules } from '@watchpost/rules/store/rules';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createViolations } from '@watchpost/rules/store/violations';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns } from '@watchpost/schedule/store/runs';
import type { OpenedDeps } from '@watchpost/console/deps';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import type { JobAdmin, ListedJob } from '@watchpost/shared/jobs/job-admin';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { idleJobs, startConsole, type ConsoleRig } from './console-rig.ts';
import { approvalSample, feedOf, writtenEventOf, writtenMessageOf } from './feed-samples.ts';
import { finding } from './violation-samples.ts';

const never = new AbortController().signal;
const secret = 'm'.repeat(40);
const quarantineKey = 'q'.repeat(40);
const hourMs = 3_600_000;

const feedsFile = `publicUrl: https://live.example.org
feeds:
  - { slug: news, channel: C1, headline: News of the harbour, approval: { emoji: white_check_mark, by: everyone } }
  - { slug: board, channel: C2, headline: Who was there, source: visits, open: false }
`;
const scheduleFile = `timeZone: Europe/Zurich
jobs:
  - { name: rates, cron: "0 7 * * *", fetch: { url: "https://rates.example/a", as: json }, pick: { fields: { value: { at: "$.v", as: number } } }, store: { into: rates } }
  - { name: news, every: 15m, fetch: { url: "https://news.example/feed", as: feed }, store: { into: news }, post: { to: "slack:C1", item: "{title}" } }
`;

export interface OpsConsole extends ConsoleRig {
  /** What was queued. */
  sent: Job[];
  /** What was done with jobs: `retry 1`. */
  deeds: string[];
  end: () => Promise<void>;
}

/** A console over a database with rules, violations, entries of feeds and runs of jobs, and a queue in which jobs have failed. `empty`: with nothing. */
export async function startOpsConsole(
  storage: StorageConfig,
  { empty = false, deps: others = {} }: { empty?: boolean; deps?: Partial<OpenedDeps> } = {},
): Promise<OpsConsole> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-ops-console-'));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const log = createLogger('test', 'silent');
  const feeds = empty ? null : await file('feeds.yaml', feedsFile);
  const schedule = empty ? null : await file('schedule.yaml', scheduleFile);
  const sent: Job[] = [];
  const deeds: string[] = [];
  const jobs = empty ? idleJobs : busyJobs(deeds);
  const rig = await startConsole(storage, {
    env: { QUARANTINE_KEY: quarantineKey, ...(feeds && { FEEDS_FILE: feeds }), ...(schedule && { SCHEDULE_FILE: schedule }) },
    deps: {
      feeds: await openFeeds({ file: feeds, log, signal: never }),
      schedule: await openSchedule({ file: schedule, log, signal: never }),
      envelope: createEnvelope([secret], 'jobs'),
      jobAdmin: async () => jobs,
      sender: {
        send: async (job) => void sent.push(job),
        ping: async () => undefined,
        counts: async () => [],
        close: async () => undefined,
      },
      ...others,
    },
  });
  if (!empty) await fill(rig.parts.documents);
  const end = async (): Promise<void> => {
    await rig.close();
    await rm(folder, { recursive: true });
  };
  return { ...rig, sent, deeds, end };
}

function busyJobs(deeds: string[]): JobAdmin {
  const nowMs = Date.now();
  const reasons = [
    { code: 'image-corrupt', message: 'the picture is cut off: it ends after 4,096 bytes' },
    { code: 'file-gone', message: 'the file was deleted in the meantime' },
    { code: null, message: 'Cannot read properties of undefined' },
  ];
  const failed = Array.from({ length: 30 }, (_, index): ListedJob => {
    const reason = reasons[index % reasons.length] ?? null;
    const id = `slack-C0123ABCD-17638${String(index).padStart(5, '0')}.000100-F0123ABC${String(index)}`;
    return { id, kind: 'snapshot', state: 'failed', attempts: 8, maxAttempts: 8, atMs: nowMs - index * 600_000, reason };
  });
  const paused = new Set<string>();
  return {
    ...idleJobs,
    list: async ({ kinds, state, limit, code, before }) =>
      state !== 'failed' || !kinds.includes('snapshot')
        ? []
        : failed
            .filter(({ reason, atMs }) => (code === undefined || reason?.code === code) && (!before || atMs < before.atMs))
            .slice(0, limit),
    get: async (_kinds, id) => {
      const job = failed.find((each) => each.id === id);
      return job ? { ...job, sentAtMs: job.atMs - 60_000, about: { channel: 'slack:C0123ABCD', messageId: '1763800000.000100' } } : null;
    },
    queues: async (kinds) =>
      kinds.map((kind) => ({
        kind,
        waiting: kind === 'snapshot' ? 1_204 : kind === 'visit' ? 12 : 0,
        delayed: kind === 'notice' ? 3 : 0,
        active: kind === 'snapshot' ? 4 : 0,
        failed: kind === 'snapshot' ? failed.length : 0,
        oldestAtMs: kind === 'snapshot' ? nowMs - 95_000 : null,
        paused: paused.has(kind),
      })),
    history: async (kinds, minutes) =>
      kinds.map((kind) => ({
        kind,
        fromMs: nowMs - minutes * 60_000,
        completed: Array.from({ length: minutes }, (_, index) => (kind === 'snapshot' ? 40 + Math.round(30 * Math.sin(index / 20)) : 1)),
        failed: Array.from({ length: minutes }, (_, index) => (kind === 'snapshot' && index % 17 === 0 ? 3 : 0)),
      })),
    retry: async ({ ids }) => {
      deeds.push(`retry ${ids === null ? 'all' : String(ids.length)}`);
      return (ids ?? failed.map(({ id }) => id)).map((id) => ({ id, outcome: 'done' }));
    },
    drop: async ({ ids }) => {
      deeds.push(`drop ${ids === null ? 'all' : String(ids.length)}`);
      return (ids ?? failed.map(({ id }) => id)).map((id) => ({ id, outcome: 'done' }));
    },
    setPaused: async (kind, isPaused) => {
      deeds.push(`${isPaused ? 'pause' : 'resume'} ${kind}`);
      if (isPaused) paused.add(kind);
      else paused.delete(kind);
    },
  };
}

async function fill(documents: DocumentStore): Promise<void> {
  const nowMs = Date.now();
  const rules = createRules(documents, { canQuarantine: true });
  const look = { pattern: 'AKIA[0-9A-Z]{16}' };
  const keys = await rules.add({ name: 'AWS keys', look, action: 'quarantine', severity: 'critical', dryRun: false }, 'slack:U0ADA', never);
  const cards = await rules.add({ name: 'Card numbers', look: { detector: 'card-numbers' }, severity: 'high' }, 'cli:ada', never);
  await rules.edit(keys.id, { mostAnHour: 50 }, 'console:ada@example.org', never);
  const violations = createViolations(documents, { keepMs: 90 * 24 * hourMs });
  for (let index = 0; index < 12; index += 1) {
    const rule = index % 3 === 0 ? cards : keys;
    const atMs = nowMs - index * hourMs;
    const author = { member: `U0${String(index)}ADA`, bot: null, app: null };
    const message = {
      channel: 'slack:C0123ABCD',
      messageId: `1.${String(index)}`,
      thread: null,
      author,
      postedAtMs: atMs,
      isDirect: false,
    } as const;
    const { id: ruleId, name: ruleName, severity, action, dryRun } = rule;
    const found = finding({ ruleId, ruleName, severity, action, dryRun, atMs, masked: index % 3 === 0 ? '4111…(16)' : 'AKIA…(20)' });
    const { stored } = await violations.add(message, { findings: [found], unread: [] }, never);
    if (index !== 1) continue;
    await createQuarantine(documents, { keys: [quarantineKey], keepMs: hourMs }).keepMessage(
      stored.violation.id,
      { texts: [{ where: 'text', text: 'what was removed' }] },
      never,
    );
    await violations.update(
      stored.violation.id,
      (now) => ({
        ...now,
        removal: { ...now.removal, state: 'removed', atMs },
        kept: { state: 'kept', by: null, atMs },
        appeal: { ...now.appeal, state: 'asked', by: 'slack:U01ADA', atMs },
      }),
      never,
    );
  }
  const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope: createEnvelope([secret], 'jobs') });
  const held = feedOf({ approval: approvalSample });
  for (let index = 0; index < 8; index += 1) {
    const postedAtMs = nowMs - (8 - index) * 900_000;
    const text =
      index % 2 === 0
        ? 'The ferry leaves ten minutes late.'
        : 'Fog in the outer harbour: the swing bridge stays closed until nine, and the pilots wait.';
    await entries.apply(held, writtenEventOf(writtenMessageOf(`${text} (${String(index)})`, { channel: 'slack:C1', postedAtMs })), never);
  }
  const run = { forMs: nowMs - hourMs, startedAtMs: nowMs - hourMs, endedAtMs: nowMs - hourMs + 840, telling: null, waitUntilMs: null };
  await createRuns(documents).save('rates', { ...run, state: 'done', error: null, found: 1, fresh: 1 }, never);
  await createRuns(documents).save(
    'news',
    { ...run, state: 'failed', error: 'news.example answered with status 503', found: 0, fresh: 0 },
    never,
  );
  const settings = { into: 'rates', keep: { items: 100, ms: null } };
  for (let day = 0; day < 20; day += 1) {
    const fields = { id: String(day), value: 1.05 + 0.02 * Math.sin(day / 3) };
    await createCollections(documents).store([fields], { settings, tellers: [], atMs: nowMs - (20 - day) * 24 * hourMs }, never);
  }
}
