import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody has granted to the app, and where its bot is. A test changes it while others are using it. */
export interface Permissions {
  /** The one that is accepted. */
  token: string;
  scopes: string[];
  /** Tell the scopes in a header, as Slack does. */
  tellsScopes: boolean;
  /** Of the results channel; null if nobody may see that it exists. */
  channel: { name: string; is_member: boolean; is_archived: boolean } | null;
  /** Answers nothing but errors of the server. */
  isAway: boolean;
}

export const allScopes = ['files:read', 'files:write', 'chat:write', 'channels:read', 'groups:read'];

export interface GuardedSlack {
  apiUrl: string;
  url: string;
  permissions: Permissions;
  /** Called with each method or path before it is answered. */
  onCall: (target: string) => void;
  close(): Promise<void>;
}

const scopeOf: Record<string, string> = {
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'files.info': 'files:read',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.info': 'channels:read',
};

/** Guards another Slack as the real one does: token, scopes and membership first; what passes goes to the Slack behind it. */
export async function startGuardedSlack(behind: { url: string }, over: Partial<Permissions> = {}): Promise<GuardedSlack> {
  const permissions: Permissions = {
    token: 'xoxb-good',
    scopes: [...allScopes],
    tellsScopes: true,
    channel: { name: 'results', is_member: true, is_archived: false },
    isAway: false,
    ...over,
  };
  const hooks: Pick<GuardedSlack, 'onCall'> = { onCall: () => undefined };
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  const refusalOf = (method: string, token: string): string | null => {
    const { channel, scopes } = permissions;
    if (token !== permissions.token) return 'invalid_auth';
    const needed = scopeOf[method];
    if (needed !== undefined && !scopes.includes(needed)) return 'missing_scope';
    if (method !== 'chat.postMessage' && method !== 'conversations.info') return null;
    if (!channel) return 'channel_not_found';
    if (method === 'conversations.info') return null;
    if (channel.is_archived) return 'is_archived';
    return channel.is_member ? null : 'not_in_channel';
  };

  const answer = (target: string, token: string, isApi: boolean): object | 'page' | 'pass' => {
    if (!isApi) return token === permissions.token && permissions.scopes.includes('files:read') ? 'pass' : 'page';
    const refusal = refusalOf(target, token);
    if (refusal !== null) return { ok: false, error: refusal };
    if (target === 'auth.test') return { ok: true, user: 'watchpost', user_id: 'U0WATCH', bot_id: 'B0WATCH' };
    return target === 'conversations.info' ? { ok: true, channel: { id: 'CRESULTS', ...permissions.channel } } : 'pass';
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const path = request.url ?? '/';
    const isApi = path.startsWith('/api/');
    const target = isApi ? path.slice('/api/'.length) : path;
    hooks.onCall(target);
    if (permissions.isAway) return void response.writeHead(503).end('{}');
    const found = answer(target, (request.headers.authorization ?? '').replace('Bearer ', ''), isApi);
    if (found === 'pass') return pass(request, Buffer.concat(chunks), `${behind.url}${path}`, response);
    if (found === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html>Sign in</html>');
    const scopes = permissions.tellsScopes ? { 'x-oauth-scopes': permissions.scopes.join(',') } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...scopes }).end(JSON.stringify(found));
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return Object.assign(hooks, {
    apiUrl: `${url}/api/`,
    url,
    permissions,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** Hands a request on as it is. */
async function pass({ method = 'GET', headers }: IncomingMessage, body: Buffer, url: string, response: ServerResponse): Promise<void> {
  const { authorization, 'content-type': type } = headers;
  const kept = { ...(authorization !== undefined && { authorization }), ...(type !== undefined && { 'content-type': type }) };
  const answer = await fetch(url, { method, headers: kept, redirect: 'manual', ...(body.length > 0 && { body: new Uint8Array(body) }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(bytes);
}
