import { Agent, request } from 'node:http';

/** Slack counts later answers as failures. Milliseconds. */
export const slackPatienceMs = 3_000;

// Node's plain client costs a third of fetch: the two share this machine's cores, and it is ingest that is measured.
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Posts as Slack does. Resolves to the status, or to 0 where none came in time. */
export async function postTo(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.setTimeout(slackPatienceMs, () => sending.destroy());
    sending.once('error', () => resolve(0)).once('close', () => resolve(0));
    sending.end(body);
  });
}
