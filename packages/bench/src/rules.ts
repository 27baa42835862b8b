import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { detectorNames } from '@watchpost/rules/rule';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { percentile, rounded } from './report/statistics.ts';
import { corpus, scoreDetectors } from './rules/corpus.ts';
import { planMessages, planRules } from './rules/messages.ts';
import { playMessages, postMessage, type MessageTarget, type PostedMessage } from './rules/play.ts';
import { startApp } from './servers/app.ts';
import { startFakeSlack, type FakeSlack } from './servers/fake-slack.ts';
import { keep, stopAll, type Started } from './servers/started.ts';
import { slackEnvOf, startStorage } from './servers/storage.ts';

const channels = { read: 'C0CAMERAS', write: 'C0RESULTS', admin: 'C0ADMINS', chat: 'C0CHAT', removing: 'C0REMOVING' };
const actor = 'bench';
const adminToken = 'xoxp-bench';

/** What looking at messages may cost at most, and how well detectors find. */
const goals = { p95VerdictSeconds: 1, p95RemovalSeconds: 2, precision: 0.97, recall: 0.97 };

/** One message in so many has something that a rule matches. */
const oneIn = 20;
/** Without any progress for so long, what is unfinished is lost. Milliseconds. */
const patienceMs = 30_000;
const keepMs = 86_400_000;
/** A word that one rule removes. */
const removedWord = 'ZEBRA-7781-QX';

/**
 * Messages at `--rate` a second for `--seconds`, with `--rules` rules in force; then, one at a time, messages that a rule removes. Slack is a
 * fake one. The detectors are scored on a corpus of their own. Exit code 1 when a match was missed or invented, or a goal was not met.
 */
export const rules: Bench = async (args, io) => {
  const { json, queue, ...options } = readOptions(args, {
    rate: wholeNumber(1, 10_000).default(200),
    seconds: wholeNumber(1, 3_600).default(30),
    rules: wholeNumber(detectorNames.length + 1, 500).default(100),
    removals: wholeNumber(1, 1_000).default(40),
    seed: wholeNumber(0, 2 ** 20).default(1),
    queue: z.enum(['redis', 'postgres']).default('redis'),
  });
  const { missed: notFound, mistaken, ...scores } = await scoreDetectors(corpus(options.seed), io.signal);
  for (const text of notFound) io.warn(`not found: ${text}`);
  for (const text of mistaken) io.warn(`mistaken: ${text}`);
  const started: Started[] = [];
  setMaxListeners(0, io.signal);
  try {
    const { target, violations, sender } = await startPair(options, queue, started, io.signal);
    const messages = planMessages({ ...options, rules: options.rules - detectorNames.length, oneIn });
    await playMessages(messages.slice(0, options.rate), target, io.signal);
    await untilQuiet(sender, io.signal);
    io.warn(`posting for ${String(options.seconds)} s`);
    const startMs = performance.now();
    const sent = await playMessages(messages, target, io.signal);
    const endMs = await untilQuiet(sender, io.signal);
    const found = await readAll(violations, io.signal);
    io.warn(`removing ${String(options.removals)} messages, one at a time`);
    const removals = await remove(options.removals, { ...target, channel: channels.removing }, violations, io.signal);
    const report = { ...judgeLoad(sent, found, (endMs - startMs) / 1_000), ...removals, ...scores };
    for (const line of json ? [JSON.stringify(report)] : toLines(report)) io.print(line);
    return isSound(report) ? 0 : 1;
  } finally {
    await stopAll(started);
  }
};

interface Pair {
  target: MessageTarget;
  violations: Violations;
  sender: JobSender;
}

/** Starts servers, Slack, ingest and worker, with the rules in force. */
async function startPair(options: { rules: number }, queue: 'redis' | 'postgres', started: Started[], signal: AbortSignal): Promise<Pair> {
  const slack = await keep(started, startSlack());
  const storage = await startStorage(queue, started);
  const observed = { log: createLogger('bench', 'silent'), metrics: createMetrics({ processMetrics: false }), vectors: false };
  const { documents, gallery } = await openGallery(storage, observed, signal);
  started.push({ stop: () => gallery.close() });
  const stored = createRules(documents, { canQuarantine: false });
  const planned = planRules(
    options.rules - 1,
    { in: 'some', channels: [`slack:${channels.chat}`] },
    detectorNames.map((detector) => ({ detector })),
  );
  for (const rule of planned) await stored.add(rule, actor, signal);
  const removing = { in: 'some' as const, channels: [`slack:${channels.removing}` as const] };
  await stored.add(
    { name: 'Removed', look: { pattern: removedWord }, scope: removing, action: 'remove', dryRun: false, mostAnHour: 100_000 },
    actor,
    signal,
  );
  const secret = randomBytes(16).toString('hex');
  const env = {
    ...storage,
    ...slackEnvOf(slack, channels),
    SLACK_USER_TOKEN: adminToken,
    ADMIN_SLACK_CHANNEL_ID: channels.admin,
    LOG_LEVEL: 'warn',
  };
  await keep(started, startApp('worker', env));
  const ingest = await keep(started, startApp('ingest', { ...env, SLACK_SIGNING_SECRET: secret }));
  const sender = createJobSender(storage, { log: createLogger('bench', 'silent') });
  started.push({ stop: () => sender.close() });
  return {
    target: { url: ingest.url, secret, slack, channel: channels.chat },
    violations: createViolations(documents, { keepMs }),
    sender,
  };
}

async function startSlack(): Promise<FakeSlack & Started> {
  const slack = await startFakeSlack();
  slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write', 'files:write'] });
  slack.people.users.set('U0ADMIN', { is_admin: true });
  return Object.assign(slack, { stop: () => slack.close() });
}

/** Posts messages that a rule removes, each when the one before is gone. */
async function remove(count: number, target: MessageTarget, violations: Violations, signal: AbortSignal) {
  const seconds: number[] = [];
  let doubled = 0;
  for (let index = 0; index < count; index += 1) {
    const posted = await postMessage({ atMs: 0, text: `the word is ${removedWord} today`, matches: true }, target, signal);
    if (!posted) continue;
    const removed = await untilRemoved(posted, violations, signal);
    if (removed !== null) seconds.push((removed - posted.atMs) / 1_000);
    doubled += Math.max(
      0,
      target.slack.calls.filter(({ method, args }) => method === 'chat.delete' && args['ts'] === posted.ts).length - 1,
    );
  }
  return {
    removals: seconds.length,
    notRemoved: count - seconds.length,
    removedTwice: doubled,
    p95RemovalSeconds: rounded(percentile(seconds, 0.95)),
  };
}

/** When its removal was verified, milliseconds since 1970; null: not in time. */
async function untilRemoved({ ts, atMs }: PostedMessage, violations: Violations, signal: AbortSignal): Promise<number | null> {
  const endMs = Date.now() + patienceMs;
  while (Date.now() < endMs) {
    const [found] = await violations.find({ channel: `slack:${channels.removing}`, fromMs: atMs - 1_000, limit: 1 }, signal);
    if (found?.message.messageId === ts && found.removal.state === 'removed') return found.removal.atMs;
    await pause(25, signal);
  }
  return null;
}

const mostViolations = 100_000;
const readAll = async (violations: Violations, signal: AbortSignal): Promise<Violation[]> =>
  violations.find({ channel: `slack:${channels.chat}`, limit: mostViolations }, signal);

/** Whether each match was found, none was invented, and how soon. */
function judgeLoad(sent: readonly (PostedMessage | null)[], found: readonly Violation[], seconds: number) {
  const byTs = new Map(found.map((violation) => [violation.message.messageId, violation]));
  const posted = sent.flatMap((message) => message ?? []);
  const matching = posted.filter(({ matches }) => matches);
  const waits = matching.flatMap(({ ts, atMs }) => {
    const violation = byTs.get(ts);
    return violation ? [(violation.foundAtMs - atMs) / 1_000] : [];
  });
  return {
    command: 'rules',
    messages: posted.length,
    messagesPerSecond: rounded(posted.length / seconds, 1),
    refused: sent.length - posted.length,
    missed: matching.length - waits.length,
    invented: posted.filter(({ ts, matches }) => !matches && byTs.has(ts)).length,
    p95VerdictSeconds: rounded(percentile(waits, 0.95)),
  };
}

type RulesReport = ReturnType<typeof judgeLoad> &
  Awaited<ReturnType<typeof remove>> &
  Pick<Awaited<ReturnType<typeof scoreDetectors>>, 'precision' | 'recall' | 'positives' | 'lookAlikes' | 'detectors'>;

const isSound = (report: RulesReport): boolean =>
  report.refused + report.missed + report.invented + report.notRemoved + report.removedTwice === 0 &&
  report.p95VerdictSeconds <= goals.p95VerdictSeconds &&
  report.p95RemovalSeconds <= goals.p95RemovalSeconds &&
  report.precision >= goals.precision &&
  report.recall >= goals.recall;

/** As lines. */
function toLines(report: RulesReport): string[] {
  return [
    `${String(report.messages)} messages judged at ${String(report.messagesPerSecond)} a second: missed ${String(report.missed)}, invented ${String(report.invented)}, never acknowledged ${String(report.refused)}`,
    `from a message to its verdict: p95 ${String(report.p95VerdictSeconds)} s`,
    `${String(report.removals)} messages removed, one at a time: p95 ${String(report.p95RemovalSeconds)} s until verified; not removed ${String(report.notRemoved)}, asked for twice ${String(report.removedTwice)}`,
    `detectors, on ${String(report.positives)} samples and ${String(report.lookAlikes)} look-alikes: precision ${String(report.precision)}, recall ${String(report.recall)}`,
  ];
}

/** Waits until no job waits or runs. Resolves to when that began, as performance.now() says. */
async function untilQuiet(sender: JobSender, signal: AbortSignal): Promise<number> {
  let [changedAtMs, quietAtMs, before] = [performance.now(), performance.now(), ''];
  for (;;) {
    const counts = await sender.counts();
    const busy = counts.filter(({ kind, state }) => kind === 'message' && /waiting|prioritized|active/.test(state));
    const left = busy.reduce((total, { count }) => total + count, 0);
    const now = JSON.stringify(counts.filter(({ kind }) => kind === 'message'));
    if (now !== before) changedAtMs = performance.now();
    if (left > 0) quietAtMs = performance.now();
    if (left === 0 ? performance.now() - quietAtMs > 3_000 : performance.now() - changedAtMs > patienceMs) return quietAtMs;
    before = now;
    await pause(100, signal);
  }
}
