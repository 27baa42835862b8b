import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Responses } from './responses.ts';
import type { Arguments, webApi } from './web-api.ts';

export interface FrontServerOptions {
  port: number;
  /** Where the emulator is. */
  emulator: string;
  methods: ReturnType<typeof webApi>;
  responses: Responses;
  /** Called when something may have changed. */
  changed: () => void;
}

const readOnly = /^(?:auth\.test|.*\.(?:history|replies|info|list|getPermalink|get|members|generateTriggerId))$/;

/** Serves Slack's Web API, files and response URLs: what the emulator lacks we answer, everything else it answers itself. */
export async function serveFront(options: FrontServerOptions): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
      response.end('the emulated Slack did not answer');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { emulator, methods, responses, changed }: FrontServerOptions,
): Promise<void> {
  const body = await bodyOf(request);
  const url = new URL(request.url ?? '/', emulator);
  if (url.pathname.startsWith('/response/')) {
    const { status, body: said } = await responses.receive(url.pathname, body.toString());
    response.writeHead(status, { 'content-type': 'text/plain' }).end(said);
    return changed();
  }
  const name = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1] ?? '';
  const method = methods.get(name);
  if (method) {
    const args = { ...Object.fromEntries(url.searchParams), ...argumentsOf(request, body) };
    const said = await method(args, tokenOf(request, args));
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(said));
    return;
  }
  await forward(request, response, new URL(`${url.pathname}${url.search}`, emulator), body);
  if (name !== '' && !readOnly.test(name)) changed();
}

async function forward(request: IncomingMessage, response: ServerResponse, to: URL, body: Buffer): Promise<void> {
  const headers = new Headers();
  for (const name of ['authorization', 'content-type', 'accept', 'cookie']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const withBody = body.byteLength > 0 ? { body: new Uint8Array(body) } : {};
  const said = await fetch(to, { method: request.method ?? 'GET', headers, redirect: 'manual', ...withBody });
  const bytes = Buffer.from(await said.arrayBuffer());
  const passed = ['content-type', 'location', 'content-disposition', 'x-oauth-scopes', 'x-accepted-oauth-scopes', 'retry-after'];
  const back = passed.flatMap((name) => {
    const value = said.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(said.status, { ...Object.fromEntries(back), 'content-length': bytes.byteLength }).end(bytes);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A method's arguments: a form or JSON. */
function argumentsOf(request: IncomingMessage, body: Buffer): Arguments {
  const text = body.toString();
  if (!(request.headers['content-type'] ?? '').includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function tokenOf(request: IncomingMessage, args: Arguments): string {
  const header = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return header ?? (typeof args['token'] === 'string' ? args['token'] : '');
}
