import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './services.ts';
import { signedSlackRequest } from './signed-slack-request.ts';
import { until } from './until.ts';

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
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const main = fileURLToPath(import.meta.resolve('@watchpost/ingest/main'));
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      SLACK_API_TOKEN: 'xoxb-integration-token',
      READ_SLACK_CHANNEL_ID: 'C0CAMS',
      WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
      SLACK_SIGNING_SECRET: ingestSecret,
      PORT: String(port),
      HOST: '127.0.0.1',
      SHUTDOWN_GRACE_MS: '5000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await until('ingest listens', () => {
    if (gone()) throw new Error(`ingest ended: ${output}`);
    return output.includes('listening for events');
  });
  return {
    url,
    output: () => output,
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
    stop: async () => {
      if (!gone()) child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
    kill: async () => {
      if (!gone()) child.kill('SIGKILL');
      await exited;
    },
  };
}
