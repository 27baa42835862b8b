import { buildApp, type AppDeps } from '@watchpost/ingest/app';
import { createIngestMetrics } from '@watchpost/ingest/metrics';
import type { SlackIdentity } from '@watchpost/ingest/platforms/slack/3-to-jobs';
import { defaultCaptionPattern } from '@watchpost/ingest/platforms/slack/camera-name';
import { createSlackIntake, type SlackIntakeConfig } from '@watchpost/ingest/platforms/slack/intake';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { signedSlackRequest } from './signed-slack-request.ts';

/** What its events are signed with. */
export const ingestRigSecret = 'the-signing-secret';
const secret = ingestRigSecret;
const config: SlackIntakeConfig = {
  READ_SLACK_CHANNEL_ID: ['C0CAMS', 'C0CAMS2'],
  WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
  SLACK_SIGNING_SECRET: [secret],
  SLACK_VERIFICATION_TOKEN: undefined,
  CAMERA_CAPTION_PATTERN: defaultCaptionPattern,
};
const me: SlackIdentity = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' };

/** The application with a queue that remembers what it was given. */
export interface Rig {
  app: FastifyInstance;
  sent: { job: Job; timeoutMs: number }[];
  logged: string[];
  post: (body: unknown, over?: { secret?: string; nowMs?: number; headers?: Record<string, string> }) => Promise<LightMyRequestResponse>;
  metrics: () => Promise<string>;
}

export function ingestRig({
  over = {},
  identity = me,
  send,
  ping = async () => undefined,
  stopping = new AbortController().signal,
  limits,
}: {
  over?: Partial<SlackIntakeConfig>;
  identity?: SlackIdentity | null;
  send?: JobSender['send'];
  ping?: JobSender['ping'];
  stopping?: AbortSignal;
  limits?: AppDeps['limits'];
} = {}): Rig {
  const sent: Rig['sent'] = [];
  const logged: string[] = [];
  const sender: JobSender = {
    send: send ?? (async (job, { timeoutMs }) => void sent.push({ job, timeoutMs })),
    ping,
    counts: async () => [{ kind: 'snapshot', state: 'waiting', count: 3 }],
    close: async () => undefined,
  };
  const metrics = createMetrics({ processMetrics: false });
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const deps = { sender, ingestMetrics: createIngestMetrics(metrics, sender), metrics, log, now: Date.now };
  const intake = createSlackIntake({ ...config, ...over }, () => identity, deps);
  const app = buildApp({ intakes: [intake], ...deps, stopping, ...(limits && { limits }) });
  onTestFinished(async () => app.close());
  return {
    app,
    sent,
    logged,
    post: async (body, options = {}) => {
      const { headers, payload } = signedSlackRequest(body, options.secret ?? secret, options.nowMs);
      return app.inject({ method: 'POST', url: '/api/events', headers: { ...headers, ...options.headers }, payload });
    },
    metrics: async () => (await app.inject('/metrics')).body,
  };
}
