import { startApp, type App } from '@watchpost/bench/servers/app';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { fileShare, signedSlackRequest, slackFile } from './signed-slack-request.ts';

const signingSecret = 'numbers-secret';

/** Processes as in production, with a Slack of the tests'. */
export interface NumbersRig {
  slack: FakeSlack;
  ingest: App;
  worker: App;
  /** What cameras do: posts a picture. Resolves with the answer's status. */
  post: (bytes: Buffer, over?: { camera?: string; secret?: string }) => Promise<number>;
  /** What Prometheus reads of a process. */
  scrape: (app: App) => Promise<string>;
  close: () => Promise<void>;
}

let serial = 0;

export async function startNumbersRig(env: Record<string, string>): Promise<NumbersRig> {
  const slack = await startFakeSlack();
  const all = {
    SLACK_API_TOKEN: 'xoxb-numbers-secret-token',
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: slack.apiUrl,
    SLACK_FILE_HOSTS: slack.url,
    READ_SLACK_CHANNEL_ID: 'C0CAMS',
    WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
    INFERENCE_THREADS: '1',
    ...env,
  };
  const [ingest, worker] = await Promise.all([startApp('ingest', all), startApp('worker', all)]);
  return {
    slack,
    ingest,
    worker,
    post: async (bytes, { camera = 'Front door', secret = signingSecret } = {}) => {
      serial += 1;
      const id = `F0NUMBERS${String(serial)}`;
      slack.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
      const ts = `${String(Math.floor(Date.now() / 1_000))}.${String(serial).padStart(6, '0')}`;
      const file = slackFile({ id, size: bytes.length, url_private_download: `${slack.url}/download/${id}` });
      const share = fileShare({ channel: 'C0CAMS', ts, text: `Motion detected at ${camera}`, files: [file] });
      const { headers, payload } = signedSlackRequest(share, secret);
      return (await fetch(`${ingest.url}/api/events`, { method: 'POST', headers, body: payload })).status;
    },
    scrape: async ({ url }) => (await fetch(`${url}/metrics`)).text(),
    close: async () => {
      await Promise.all([ingest.stop(), worker.stop()]);
      await slack.close();
    },
  };
}
