import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createFakeMessaging, fakeBot, type FakeChat, type FakeMessaging } from './fake-slack-chat.ts';
import { treatment, type Mischief } from './fake-slack-mischief.ts';
import { fileRemoving, type FakeFileRemoving } from './fake-slack-removing.ts';
import { actorOf, type FakeActor, type FakeToken } from './fake-slack-tokens.ts';
import { createFakeUploads, type FakeUploads, type UploadPlans } from './fake-slack-uploads.ts';
import { createFakeViews, type FakePeople, type FakeViews } from './fake-slack-views.ts';

interface FakeFile {
  id: string;
  bytes: Buffer;
  /** What files.info and the download add or replace. */
  info: Record<string, unknown>;
  contentType: string;
}

/**
 * A Slack that is as unfriendly as the real one can be: programmable rate limits, errors, pages instead of JSON, cuts, late answers,
 * late work, lost and late shares, dropped uploads.
 */
export interface FakeSlack extends UploadPlans, FakeFileRemoving {
  url: string;
  apiUrl: string;
  /** `atMs`: as performance.now() says. */
  calls: { method: string; args: Record<string, string>; authorization: string | undefined; atMs: number }[];
  /** Messages. */
  chat: FakeChat;
  /** Members, their views, and what is answered to their clicks. */
  people: FakePeople;
  /** The tokens that are not the bot's: an admin's. */
  tokens: Map<string, FakeToken>;
  /** The bytes of an uploaded picture; null: it is not there, or was deleted. */
  picture(fileId: string): Buffer | null;
  /** Somebody deletes an uploaded picture. */
  deleteFile(fileId: string): void;
  /** Methods and paths whose client went away before the answer. */
  cancelled: string[];
  downloads: { path: string; authorization: string | undefined }[];
  files: Map<string, FakeFile>;
  /** How long every request takes, milliseconds. */
  latencyMs: number;
  /** By method name ("files.info"), method and channel ("chat.update C0RESULTS"), or path ("/download/F1", "/upload", "/response"). */
  mischief(target: string, ...what: Mischief[]): void;
  /** Drops the uploads that have not been completed. */
  forgetUploads(): void;
  /** Resolves when the work of all requests is done, also of those whose clients have gone. */
  idle(): Promise<void>;
  /** Redirects: path to location. */
  redirects: Map<string, string>;
  close(): Promise<void>;
}

export async function startFakeSlack(): Promise<FakeSlack> {
  const queue = new Map<string, Mischief[]>();
  const plans: UploadPlans & FakeFileRemoving = {
    posts: [],
    shareDelay: [],
    hiddenFor: [],
    sharesWithoutMessage: false,
    readyAfterMs: 0,
    filesLingerFor: [],
  };
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = serve(request, response, fake, queue, parts).catch(() => void response.destroy());
    running.add(served);
    void served.finally(() => running.delete(served));
  });
  const url = await listen(server);
  const uploads = createFakeUploads(plans);
  const [messaging, files] = [createFakeMessaging(uploads), new Map<string, FakeFile>()];
  const removal = fileRemoving(files, uploads, messaging, plans);
  const parts: Parts = { uploads, messaging, views: createFakeViews(), removal };
  const fake: FakeSlack = Object.assign(plans, {
    url,
    apiUrl: `${url}/api/`,
    calls: [],
    chat: parts.messaging,
    people: parts.views,
    picture: (id: string) => uploads.bytesOf(id),
    deleteFile: (id: string) => void uploads.remove(id),
    cancelled: [],
    downloads: [],
    files,
    tokens: new Map(),
    latencyMs: 0,
    redirects: new Map(),
    mischief: (target: string, ...what: Mischief[]) => void queue.set(target, [...(queue.get(target) ?? []), ...what]),
    forgetUploads: () => uploads.forget(),
    idle: async () => void (await Promise.all(running)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return fake;
}

interface Parts {
  uploads: FakeUploads;
  messaging: FakeMessaging;
  views: FakeViews;
  removal: ReturnType<typeof fileRemoving<FakeFile>>;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  fake: FakeSlack,
  queue: Map<string, Mischief[]>,
  parts: Parts,
): Promise<void> {
  const body = await read(request);
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const isApi = path.startsWith('/api/');
  const { target, args } = noted(path, body, request.headers.authorization, fake);
  let answered = false;
  response.on('close', () => {
    if (!answered) fake.cancelled.push(target);
  });
  const { work, bad, answer } = treatment(queue.get(`${target} ${args['channel']}`)?.shift() ?? queue.get(target)?.shift(), fake.latencyMs);
  await work;
  const proper = work && (isApi ? asked(target, body, request.headers.authorization, fake, parts) : other(path, body, fake, parts));
  await answer;
  if (bad === 'none') return;
  answered = true;
  if (bad) bad(response);
  else proper?.(response);
}

/** Writes a request down. `target`: the method, or the path without what differs from request to request. */
function noted(
  path: string,
  body: Buffer,
  authorization: string | undefined,
  { calls, downloads }: FakeSlack,
): { target: string; args: Record<string, string> } {
  const isApi = path.startsWith('/api/');
  const target = isApi ? path.slice('/api/'.length) : path.replace(/^\/(upload|response)\/.*/, '/$1');
  const args: Record<string, string> = isApi ? Object.fromEntries(new URLSearchParams(body.toString())) : {};
  if (isApi || target !== path) calls.push({ method: target, args, authorization, atMs: performance.now() });
  else downloads.push({ path, authorization });
  return { target, args };
}

type Answer = (response: ServerResponse) => void;

const json =
  (value: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));

/** Sees who asks, and does the work of a Web API method if that one may. */
function asked(method: string, body: Buffer, authorization: string | undefined, fake: FakeSlack, parts: Parts): Answer {
  const actor = actorOf(authorization, method, fake.tokens, fake.people.users);
  return typeof actor === 'string' ? json({ ok: false, error: actor }) : api(method, body, actor, fake, parts);
}

/** Does the work of a Web API method; the result is its answer. */
function api(method: string, body: Buffer, actor: FakeActor, fake: FakeSlack, parts: Parts): Answer {
  const { messaging, views } = parts;
  const args = new URLSearchParams(body.toString());
  switch (method) {
    case 'auth.test':
      if (actor.isBot && actor.scopes === null) return json({ ok: true, ...fakeBot });
      return json({ ok: true, user_id: actor.user, team_id: actor.team }, { 'x-oauth-scopes': actor.scopes?.join(',') ?? '' });
    case 'chat.getPermalink': {
      const message = args.get('message_ts')?.replace('.', '');
      return json({ ok: true, permalink: `https://example.slack.com/archives/${args.get('channel')}/p${message}` });
    }
    default: {
      const answer = ofFiles(method, args, actor, fake, parts) ??
        messaging.answer(method, args, actor) ??
        views.answer(method, args) ?? { ok: false, error: 'unknown_method' };
      if ('tooSoon' in answer) return (response) => void response.writeHead(429, { 'retry-after': String(answer.tooSoon) }).end('{}');
      return json(answer);
    }
  }
}

/** The methods of files; null: it is none of them. */
function ofFiles(method: string, args: URLSearchParams, actor: FakeActor, fake: FakeSlack, { uploads, removal }: Parts): object | null {
  switch (method) {
    case 'files.getUploadURLExternal':
      return uploads.ticket(args, fake.url);
    case 'files.completeUploadExternal':
      return uploads.complete(args);
    case 'files.info': {
      const id = args.get('file') ?? '';
      const file = fake.files.get(id) ?? removal.lingering(id);
      if (!file) return removal.isDeleted(id) ? { ok: false, error: 'file_deleted' } : uploads.info(id);
      return { ok: true, file: { id, size: file.bytes.length, url_private_download: `${fake.url}/download/${id}`, ...file.info } };
    }
    case 'files.delete':
      return removal.remove(args.get('file') ?? '', actor);
    default:
      return null;
  }
}

/** Takes an upload's bytes or an answer to a click, or serves a download. */
function other(path: string, body: Buffer, fake: FakeSlack, { uploads, views }: Parts): Answer {
  if (path.startsWith('/response/')) {
    const { status, text } = views.respond(path, body);
    return (response) => void response.writeHead(status).end(text);
  }
  if (path.startsWith('/upload/')) {
    const known = uploads.receive(path.slice('/upload/'.length), body);
    return (response) => void response.writeHead(known ? 200 : 404).end(known ? `OK - ${body.length}` : 'file_not_found');
  }
  const location = fake.redirects.get(path);
  if (location) return (response) => void response.writeHead(302, { location }).end();
  const file = fake.files.get(path.slice('/download/'.length));
  if (!file) return (response) => void response.writeHead(404).end();
  const headers = { 'content-type': file.contentType, 'content-length': file.bytes.length };
  return (response) => void response.writeHead(200, headers).end(file.bytes);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** How close together the messages and edits of a channel were asked for at the closest, milliseconds. Infinity: there were not two. */
export function closestCallsMs({ calls }: FakeSlack, channel: string): number {
  const times = calls.flatMap(({ method, args, atMs }) =>
    /^chat\.(postMessage|update)$/.test(method) && args['channel'] === channel ? atMs : [],
  );
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? -Infinity)), Infinity);
}
