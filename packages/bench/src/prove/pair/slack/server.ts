import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pause } from '@watchpost/shared/wait';
import type { Journal } from '../journal.ts';
import { chooseLie, inWords, type Lie, type LiesOptions } from './lies.ts';
import { createWorkspace, scopeHeaders, type Workspace } from './workspace.ts';

/** A Slack that lies, answers late, hangs up, and does not always know our token. */
export interface LyingSlack {
  url: string;
  apiUrl: string;
  token: string;
  workspace: Workspace;
  /** From now on it lies. */
  lie(): void;
  /** What a person must repair, or has repaired. */
  setBroken(what: 'token' | 'membership', isBroken: boolean): void;
  stop(): Promise<void>;
}

const loginPage = '<!DOCTYPE html><html><body>Sign in to your workspace</body></html>';

/** Starts it, at this address of ours. It tells the truth until `lie`. */
export async function startLyingSlack(lies: LiesOptions, journal: Journal, host = '127.0.0.1'): Promise<LyingSlack> {
  const broken = new Set<'token' | 'membership'>();
  const requests = new Map<string, number>();
  const stopping = new AbortController();
  let isLying = false;
  let url = '';
  const workspace = createWorkspace(
    () => url,
    () => !broken.has('membership'),
    journal,
  );

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const { target, about, work } = route(request.url ?? '/', body, workspace);
    journal.count(target);
    const key = `${target} ${about}`;
    const count = requests.get(key) ?? 0;
    requests.set(key, count + 1);
    if (broken.has('token') && target !== 'upload') {
      journal.note(about, `${target}: the token is not accepted`);
      journal.count('refused tokens');
      return target === 'download' ? page(response) : json(response, { ok: false, error: 'invalid_auth' });
    }
    const lie = isLying ? chooseLie(lies, target, about, count) : null;
    journal.note(about, `${target}${lie ? `: ${inWords(lie)}` : ''}`);
    if (!lie) return send(response, await work(async () => undefined));
    journal.count('lies');
    await tell(lie, response, work, stopping.signal);
  }

  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  url = `http://${host}:${String(typeof address === 'object' && address ? address.port : 0)}`;
  return {
    url,
    apiUrl: `${url}/api/`,
    token: 'xoxb-proof',
    workspace,
    lie: () => void (isLying = true),
    setBroken: (what, isBroken) => void (isBroken ? broken.add(what) : broken.delete(what)),
    stop: async () => {
      stopping.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What is sent; null: there is no such file. */
type Answer = { json: object } | { text: string } | { bytes: Buffer; type: string } | null;
type Work = (wait: () => Promise<void>) => Promise<Answer>;

/** Mistreats a request. */
async function tell(lie: Lie, response: ServerResponse, work: Work, stopping: AbortSignal): Promise<void> {
  switch (lie.kind) {
    case 'rate':
      return void response.writeHead(429, lie.afterS === null ? {} : { 'retry-after': String(lie.afterS) }).end('{}');
    case 'error':
      if (lie.done) await work(async () => undefined);
      return void response.writeHead(500).end('internal error');
    case 'page':
      return page(response);
    case 'cut':
      if (lie.done) await work(async () => undefined);
      return void response.destroy();
    case 'late': {
      const wait = async (): Promise<void> => pause(lie.lateMs, stopping);
      const answer = await work(lie.done === 'late' ? wait : async () => undefined);
      if (lie.done === 'at once') await wait();
      return send(response, answer);
    }
    default:
      return lie satisfies never;
  }
}

/** What a request is for, what it is about, and the work. */
function route(path: string, body: Buffer, workspace: Workspace): { target: string; about: string; work: Work } {
  const [, first = '', second = ''] = path.split(/[/?]/);
  if (first === 'api') {
    const args = new URLSearchParams(body.toString());
    return {
      target: second,
      about: workspace.about(second, args),
      work: async (wait) => ({ json: await workspace.answer(second, args, wait) }),
    };
  }
  if (first === 'upload') {
    return {
      target: 'upload',
      about: second,
      work: async () => (workspace.take(second, body) ? { text: `OK - ${String(body.length)}` } : null),
    };
  }
  const file = workspace.file(second);
  return {
    target: 'download',
    about: file?.snapshotId ?? second,
    work: async () => (file?.bytes ? { bytes: file.bytes, type: file.mimeType } : null),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === null) response.writeHead(404).end();
  else if ('json' in answer) json(response, answer.json);
  else if ('text' in answer) response.writeHead(200).end(answer.text);
  else response.writeHead(200, { 'content-type': answer.type, 'content-length': answer.bytes.length }).end(answer.bytes);
}

const json = (response: ServerResponse, value: object): void =>
  void response.writeHead(200, { 'content-type': 'application/json', ...scopeHeaders }).end(JSON.stringify(value));

/** What Slack sends to somebody who is not signed in. */
const page = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(loginPage);

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
