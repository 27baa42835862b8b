import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { ApiError } from './api-error.ts';
import { type Call, type Method, recorded } from './call.ts';
import type { Faults, TelegramFault } from './faults.ts';
import { readMultipart } from './multipart.ts';

export interface BotApiOptions {
  /** 0: any. */
  port: number;
  token: string;
  world: World;
  methods: Readonly<Record<string, Method>>;
  faults: Faults;
  /** Called for each call, before anything is done. */
  onCall: (call: { method: string; payload: Record<string, unknown>; atMs: number }) => void;
}

export interface BotApi {
  url: string;
  /** Calls a method as the answer to a webhook does. */
  execute(body: Json): Promise<void>;
  close(): Promise<void>;
}

const notByAnswer = /^(?:get|setWebhook$|deleteWebhook$|close$|logOut$)/i;

/** Serves the Bot API at 127.0.0.1: `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export async function serveBotApi(options: BotApiOptions): Promise<BotApi> {
  const methods = new Map(Object.entries(options.methods).map(([name, method]) => [name.toLowerCase(), { name, method }]));
  const run = async (call: Call): Promise<unknown> => {
    const found = methods.get(call.method.toLowerCase());
    if (!found) throw new ApiError(404, 'Not Found: method not found');
    return found.method(call, options.world);
  };
  const server = createServer((request, response) => {
    answer(request, response, options, run).catch(() => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error_code: 500, description: 'Internal Server Error' }));
    });
  });
  // A bot keeps its connections, also while it has nothing to ask.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = addressOf(server.address());
  return {
    url: `http://127.0.0.1:${String(port)}`,
    execute: async ({ method, ...values }) => {
      if (typeof method !== 'string' || notByAnswer.test(method)) return;
      options.onCall({ method, payload: values, atMs: Date.now() });
      await run({ method, values, files: new Map(), signal: new AbortController().signal });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const addressOf = (address: AddressInfo | string | null): { port: number } =>
  typeof address === 'object' && address ? address : { port: 0 };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: BotApiOptions,
  run: (call: Call) => Promise<unknown>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://telegram');
  const [, file, token, rest = ''] = /^(\/file)?\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  if (token === undefined) return reply(response, 404, errorJson(new ApiError(404, 'Not Found')));
  const body = await bodyOf(request);
  if (token !== options.token) return reply(response, 401, errorJson(new ApiError(401, 'Unauthorized')));
  if (file !== undefined) return sendFile(response, options, rest);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const call = readCall(rest, url, request, body, gone.signal);
  options.onCall({ method: call.method, payload: recorded(call), atMs: Date.now() });
  const fault = options.faults.next(call.method);
  if (fault && (await goWrong(fault, response, async () => run(call)))) return;
  const { status, said } = await outcomeOf(async () => run(call));
  reply(response, status, said);
}

async function outcomeOf(run: () => Promise<unknown>): Promise<{ status: number; said: Json }> {
  try {
    return { status: 200, said: { ok: true, result: await run() } };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.code, said: errorJson(error) };
    throw error;
  }
}

/** Answers as the fault says; false: the call is still to be done. */
async function goWrong(fault: TelegramFault, response: ServerResponse, run: () => Promise<unknown>): Promise<boolean> {
  if (fault.answer === 'late') {
    await wait(fault.ms);
    return false;
  }
  if (fault.answer === 'html') {
    response.writeHead(fault.status, { 'content-type': 'text/html' }).end(`<html><body><h1>${String(fault.status)}</h1></body></html>`);
    return true;
  }
  if (fault.afterDoing ?? false) await outcomeOf(run);
  if (fault.answer === 'cut') response.socket?.destroy();
  else {
    const { code, description, retryAfterS, migrateToChatId } = fault;
    const error = new ApiError(code, description, {
      ...(retryAfterS !== undefined && { retry_after: retryAfterS }),
      ...(migrateToChatId !== undefined && { migrate_to_chat_id: migrateToChatId }),
    });
    reply(response, code, errorJson(error));
  }
  return true;
}

async function sendFile(response: ServerResponse, { world, faults }: BotApiOptions, path: string): Promise<void> {
  const fault = faults.next('file');
  if (fault && (await goWrong(fault, response, async () => undefined))) return;
  const bytes = await world.files.read(path);
  if (!bytes) return reply(response, 404, errorJson(new ApiError(404, 'Not Found')));
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.byteLength }).end(bytes);
}

const errorJson = ({ code, message, parameters }: ApiError): Json => ({
  ok: false,
  error_code: code,
  description: message,
  ...(Object.keys(parameters).length > 0 && { parameters }),
});

function reply(response: ServerResponse, status: number, said: Json): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readCall(method: string, url: URL, request: IncomingMessage, body: Buffer, signal: AbortSignal): Call {
  const type = request.headers['content-type'] ?? '';
  const query = Object.fromEntries(url.searchParams);
  if (type.startsWith('multipart/form-data')) {
    const { values, files } = readMultipart(body, type);
    return { method, values: { ...query, ...values }, files, signal };
  }
  const values = type.includes('json') ? fromJson(body) : Object.fromEntries(new URLSearchParams(body.toString()));
  return { method, values: { ...query, ...values }, files: new Map(), signal };
}

function fromJson(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
