import { buildApp, type AppDeps } from '@watchpost/ingest/app';
import { createIngestMetrics } from '@watchpost/ingest/metrics';
import type { SlackIdentity } from '@watchpost/ingest/platforms/slack/3-to-jobs';
import { defaultCaptionPattern } from '@watchpost/ingest/platforms/camera-caption';
import { createHandlers, type SlackIntakeConfig } from '@watchpost/ingest/platforms/slack/intake';
import type { Feed } from '@watchpost/feeds/feed';
import { createJudge } from '@watchpost/rules/create-judge';
import type { Rule } from '@watchpost/rules/rule';
import { createRanks } from '@watchpost/ingest/order/ranks';
import { createNamingDialog } from '@watchpost/ingest/platforms/slack/interactions/naming-dialog';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { AnswerTo } from '@watchpost/shared/chat/members';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { SlackCall } from '@watchpost/slack/calls';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { signedForm, signedSlackRequest } from './signed-slack-request.ts';

/** What its events are signed with. */
export const ingestRigSecret = 'the-signing-secret';
const secret = ingestRigSecret;
export const ingestRigToken = 'xoxb-rig-token';
const config: SlackIntakeConfig = {
  READ_SLACK_CHANNEL_ID: ['C0CAMS', 'C0CAMS2'],
  WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
  ADMIN_SLACK_CHANNEL_ID: 'C0ADMINS',
  SLACK_API_TOKEN: ingestRigToken,
  SLACK_SIGNING_SECRET: [secret],
  SLACK_VERIFICATION_TOKEN: undefined,
  CAMERA_CAPTION_PATTERN: defaultCaptionPattern,
};
const me: SlackIdentity = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' };

interface FormOptions {
  secret?: string;
  headers?: Record<string, string>;
}

/** The application with a queue that remembers what it was given. */
export interface Rig {
  app: FastifyInstance;
  sent: { job: Job; timeoutMs: number }[];
  logged: string[];
  /** Lines that somebody was told. */
  told: { to: AnswerTo; text: string }[];
  /** Calls of Slack's Web API. */
  called: { method: string; args: Record<string, unknown> }[];
  /** Times since which events may be missing. */
  gaps: number[];
  /** The same handlers, for what comes by another way than HTTP. */
  handlers: ReturnType<typeof createHandlers>;
  /** A signed form: the JSON in `payload`, or the fields of a command. */
  interact: (payload: unknown, over?: FormOptions) => Promise<LightMyRequestResponse>;
  command: (fields: Record<string, string>, over?: FormOptions) => Promise<LightMyRequestResponse>;
  post: (body: unknown, over?: { secret?: string; nowMs?: number; headers?: Record<string, string> }) => Promise<LightMyRequestResponse>;
  metrics: () => Promise<string>;
}

export function ingestRig({
  over = {},
  identity = me,
  send,
  ping = async () => undefined,
  counts = async () => [{ kind: 'snapshot', state: 'waiting', count: 3 }],
  stopping = new AbortController().signal,
  limits,
  people = [],
  rules = () => [],
  feeds = () => [],
  takes = () => true,
  closings,
  cameraOf = () => null,
  answer = async () => ({ ok: true, view: { id: 'V1' } }),
}: {
  over?: Partial<SlackIntakeConfig>;
  identity?: SlackIdentity | null;
  send?: JobSender['send'];
  ping?: JobSender['ping'];
  counts?: JobSender['counts'];
  stopping?: AbortSignal;
  limits?: AppDeps['limits'];
  people?: { id: string; name: string }[];
  /** The rules as ingest knows them; null: it does not yet. */
  rules?: () => readonly Rule[] | null;
  /** The feeds as their file says. */
  feeds?: () => readonly Feed[];
  /** Whether a feed takes what was posted then. */
  takes?: (feed: Feed, postedAtMs: number) => boolean;
  /** Whether it is known which feeds are closed by hand. */
  closings?: { closingsKnown: () => boolean };
  cameraOf?: (channel: string, fileName: string | null) => string | null;
  /** What Slack's Web API answers. */
  answer?: (method: string) => Promise<unknown>;
} = {}): Rig {
  const sent: Rig['sent'] = [];
  const logged: string[] = [];
  const sender: JobSender = {
    send: send ?? (async (job, { timeoutMs }) => void sent.push({ job, timeoutMs })),
    ping,
    counts,
    close: async () => undefined,
  };
  const metrics = createMetrics({ processMetrics: false });
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const [told, called, gaps]: [Rig['told'], Rig['called'], number[]] = [[], [], []];
  const call: SlackCall = async (method, args, schema) => {
    called.push({ method, args });
    return schema.parse(await answer(method));
  };
  const tell = (to: AnswerTo, text: string): void => void told.push({ to, text });
  const ended = new AbortController();
  const known = {
    findPeople: (text: string, limit: number) =>
      people.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())).slice(0, limit),
    newest: async () => null,
  };
  const ranks = createRanks(sender, ended.signal);
  const common = { sender, ingestMetrics: createIngestMetrics(metrics, sender), metrics, log, now: Date.now };
  const watching = {
    rules,
    judge: () => createJudge(rules() ?? []),
    ready: async () => rules() ?? [],
    receivedUntil: async () => null,
    noteReceived: async () => undefined,
  };
  const publishing = {
    feeds: { all: feeds, of: (channel: ChannelKey) => feeds().filter((feed) => feed.channel === channel) },
    times: { takes, ready: async () => undefined, of: () => null, noteReread: async () => undefined },
    entriesOf: async () => [],
    closingsKnown: () => true,
    ...closings,
  };
  const messageKeys = [ingestRigToken] as const;
  const database = { isConfigured: false, opened: async () => new Promise<never>(() => undefined) };
  const deps = { ...common, database, ranks, known, watching, publishing, messageKeys, cameras: { nameOf: cameraOf } };
  const dialog = createNamingDialog({ call, known, tell, count: () => undefined, log }, ended.signal);
  const handlers = createHandlers(
    { ...config, ...over },
    { ...deps, dialog, tell, identity: () => identity, onGap: (sinceMs) => gaps.push(sinceMs) },
  );
  const intake = { ...handlers, checks: { 'slack-identity': () => identity !== null } };
  const app = buildApp({ intakes: [intake], ...common, stopping, ...(limits && { limits }) });
  onTestFinished(async () => {
    ended.abort();
    await app.close();
  });
  const form = async (url: string, fields: Record<string, string>, options: FormOptions = {}): Promise<LightMyRequestResponse> => {
    const { headers, payload } = signedForm(fields, options.secret ?? secret);
    return app.inject({ method: 'POST', url, headers: { ...headers, ...options.headers }, payload });
  };
  return {
    app,
    sent,
    logged,
    told,
    called,
    gaps,
    handlers,
    interact: async (payload, options) => form('/api/interactions', { payload: JSON.stringify(payload) }, options),
    command: async (fields, options) => form('/api/commands', fields, options),
    post: async (body, options = {}) => {
      const { headers, payload } = signedSlackRequest(body, options.secret ?? secret, options.nowMs);
      return app.inject({ method: 'POST', url: '/api/events', headers: { ...headers, ...options.headers }, payload });
    },
    metrics: async () => (await app.inject('/metrics')).body,
  };
}
