import { startApp } from '@watchpost/bench/servers/app';
import { signedSlackRequest } from './signed-slack-request.ts';

const ingestSecret = 'integration-secret';

export interface IngestProcess {
  url: string;
  /** Everything that it printed. */
  output: () => string;
  /** Sends a signed event; status 0 where no answer came. */
  post: (body: unknown) => Promise<{ status: number; elapsedMs: number }>;
  ready: () => Promise<{ status: number; waitingFor: string[] }>;
  metrics: () => Promise<string>;
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>;
  kill: () => Promise<void>;
}

/** The built ingest in a process of its own, listening. `env` is all of its environment besides the Slack defaults. */
export async function startIngestProcess(env: Record<string, string>): Promise<IngestProcess> {
  const slack = {
    SLACK_API_TOKEN: 'xoxb-integration-token',
    READ_SLACK_CHANNEL_ID: 'C0CAMS',
    WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
    SLACK_SIGNING_SECRET: ingestSecret,
  };
  const app = await startApp('ingest', { ...slack, SHUTDOWN_GRACE_MS: '5000', ...env }, { until: 'live' });
  const { url } = app;
  return {
    url,
    output: app.log,
    post: async (body) => {
      const { headers, payload } = signedSlackRequest(body, ingestSecret);
      const before = performance.now();
      const status = await fetch(`${url}/api/events`, { method: 'POST', headers, body: payload }).then(
        (response) => response.status,
        () => 0,
      );
      return { status, elapsedMs: performance.now() - before };
    },
    ready: async () => {
      const response = await fetch(`${url}/health/ready`);
      const { waitingFor = [] } = (await response.json()) as { waitingFor?: string[] };
      return { status: response.status, waitingFor };
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    stop: async () => app.stop(),
    kill: async () => void (await app.stop('SIGKILL')),
  };
}
