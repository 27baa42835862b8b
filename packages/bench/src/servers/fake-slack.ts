import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** How the next request to a method or path is to be mistreated; taken once, then the request is served. */
type Mischief =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'html' }
  | { kind: 'cut' }
  /** Does the work, then cuts the connection before answering. */
  | { kind: 'cut-after' }
  | { kind: 'error'; error: string }
  | { kind: 'hang' }
  /** Answers properly, but only when `until` resolves. */
  | { kind: 'wait'; until: Promise<void> };

interface FakeFile {
  id: string;
  bytes: Buffer;
  /** What files.info and the download add or replace. */
  info: Record<string, unknown>;
  contentType: string;
}

interface FakePost {
  channel: string;
  fileId: string;
  text: string;
  title: string;
  altText: string | null;
  bytes: Buffer;
  ts: string;
}

interface Upload {
  id: string;
  filename: string;
  altText: string | null;
  bytes: Buffer | null;
  completed: boolean;
  deleted: boolean;
  /** files.info calls until the share shows. */
  sharesAfter: number;
  post: FakePost | null;
}

/** A Slack that is as unfriendly as the real one can be: programmable rate limits, errors, pages instead of JSON, cuts, lost and late shares. */
export interface FakeSlack {
  url: string;
  apiUrl: string;
  posts: FakePost[];
  calls: { method: string; args: Record<string, string>; authorization: string | undefined }[];
  downloads: { path: string; authorization: string | undefined }[];
  files: Map<string, FakeFile>;
  /** By method name ("files.info") or path ("/download/F1", "/upload"). */
  mischief(target: string, ...what: Mischief[]): void;
  /** So many files.info calls pass before a completed upload shows its share. Infinity: never. */
  shareDelay: number[];
  /** Redirects: path to location. */
  redirects: Map<string, string>;
  close(): Promise<void>;
}

export async function startFakeSlack(): Promise<FakeSlack> {
  const queue = new Map<string, Mischief[]>();
  const uploads = new Map<string, Upload>();
  const state = { next: 1 };
  const fake: Omit<FakeSlack, 'url' | 'apiUrl' | 'close'> = {
    posts: [],
    calls: [],
    downloads: [],
    files: new Map(),
    shareDelay: [],
    redirects: new Map(),
    mischief: (target, ...what) => queue.set(target, [...(queue.get(target) ?? []), ...what]),
  };
  let base = '';

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const isApi = path.startsWith('/api/');
    const target = isApi ? path.slice('/api/'.length) : path.replace(/^\/upload\/.*/, '/upload');
    note(isApi, target, body, request);
    const trick = queue.get(target)?.shift();
    if (trick?.kind === 'wait') await trick.until;
    else if (trick && trick.kind !== 'cut-after') return mistreat(trick, response);
    const done = isApi ? api(target, body) : other(path, body, request, response);
    if (trick?.kind === 'cut-after') return void response.destroy();
    if (done !== null) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(done));
  }

  function note(isApi: boolean, target: string, body: Buffer, { headers }: IncomingMessage): void {
    if (!isApi && target !== '/upload') return;
    const args = isApi ? Object.fromEntries(new URLSearchParams(body.toString())) : {};
    fake.calls.push({ method: target, args, authorization: headers.authorization });
  }

  function mistreat(trick: Mischief, response: ServerResponse): void {
    if (trick.kind === 'status') response.writeHead(trick.status, trick.headers).end('{}');
    else if (trick.kind === 'html')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><body>Sign in</body></html>');
    else if (trick.kind === 'error')
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: false, error: trick.error }));
    else if (trick.kind === 'cut') response.destroy();
  }

  function api(method: string, body: Buffer): object {
    const args = new URLSearchParams(body.toString());
    switch (method) {
      case 'auth.test':
        return { ok: true, user_id: 'U0WATCH', bot_id: 'B0WATCH', team_id: 'T1' };
      case 'chat.getPermalink':
        return {
          ok: true,
          permalink: `https://example.slack.com/archives/${args.get('channel')}/p${args.get('message_ts')?.replace('.', '')}`,
        };
      case 'files.getUploadURLExternal': {
        const id = `FUP${state.next++}`;
        const upload = {
          id,
          filename: args.get('filename') ?? '',
          altText: args.get('alt_txt'),
          bytes: null,
          completed: false,
          deleted: false,
          sharesAfter: 0,
          post: null,
        };
        uploads.set(id, upload);
        return { ok: true, file_id: id, upload_url: `${base}/upload/${id}` };
      }
      case 'files.completeUploadExternal':
        return complete(args);
      case 'files.info':
        return info(args.get('file') ?? '');
      case 'files.delete': {
        const upload = uploads.get(args.get('file') ?? '');
        if (upload) upload.deleted = true;
        return upload ? { ok: true } : { ok: false, error: 'file_not_found' };
      }
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  function complete(args: URLSearchParams): object {
    const [{ id, title }] = z.tuple([z.object({ id: z.string(), title: z.string() })]).parse(JSON.parse(args.get('files') ?? '[]'));
    const upload = uploads.get(id);
    if (!upload?.bytes || upload.completed || upload.deleted) return { ok: false, error: 'file_not_found' };
    upload.completed = true;
    upload.sharesAfter = fake.shareDelay.shift() ?? 0;
    const ts = `1700000000.${String(state.next++).padStart(6, '0')}`;
    upload.post = {
      channel: args.get('channel_id') ?? '',
      fileId: id,
      text: args.get('initial_comment') ?? '',
      title,
      altText: upload.altText,
      bytes: upload.bytes,
      ts,
    };
    if (Number.isFinite(upload.sharesAfter)) fake.posts.push(upload.post);
    // As the real one: the answer knows nothing of shares yet.
    return { ok: true, files: [{ id, title }] };
  }

  function info(id: string): object {
    const file = fake.files.get(id);
    if (file) return { ok: true, file: { id, size: file.bytes.length, url_private_download: `${base}/download/${id}`, ...file.info } };
    const upload = uploads.get(id);
    if (!upload?.completed || upload.deleted) return { ok: false, error: 'file_not_found' };
    upload.sharesAfter -= 1;
    const shares = upload.sharesAfter < 0 && upload.post ? { public: { [upload.post.channel]: [{ ts: upload.post.ts }] } } : {};
    return { ok: true, file: { id, name: upload.filename, shares } };
  }

  function other(path: string, body: Buffer, request: IncomingMessage, response: ServerResponse): null {
    if (path.startsWith('/upload/')) {
      const upload = uploads.get(path.slice('/upload/'.length));
      if (upload) upload.bytes = body;
      response.writeHead(upload ? 200 : 404).end(upload ? `OK - ${body.length}` : 'file_not_found');
      return null;
    }
    fake.downloads.push({ path, authorization: request.headers.authorization });
    const location = fake.redirects.get(path);
    if (location) {
      response.writeHead(302, { location }).end();
      return null;
    }
    const file = fake.files.get(path.slice('/download/'.length));
    if (!file) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': file.contentType, 'content-length': file.bytes.length }).end(file.bytes);
    return null;
  }

  base = await listen(server);
  return {
    ...fake,
    url: base,
    apiUrl: `${base}/api/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
