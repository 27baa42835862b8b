import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { EmulatedTelegram, TelegramPerson } from '../emulated-telegram.ts';
import { follow } from './live.ts';
import { type Albums, createAlbums, perform, uploadSchema } from './deeds.ts';
import { pageReader } from './read-page.ts';
import { renderShell } from './shell.ts';
import { style } from './style.ts';

export interface TelegramPageOptions {
  /** 0: any. */
  port: number;
  telegram: EmulatedTelegram;
  /** Who looks at the page; default a person called You. */
  you?: TelegramPerson;
}

const deedSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('send'), chat: z.number(), text: z.string().min(1).max(12_000), replyTo: z.number().nullable() }),
  z.object({ do: z.literal('press'), chat: z.number(), message: z.number(), label: z.string() }),
]);

/** Nothing but our own files runs, and nobody shows the page inside of another. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
const longestDeedBytes = 256_000;
const mostFileBytes = 50 * 1_024 * 1_024;
const scripts = new URL('../../telegram-client/', import.meta.url);

/** Serves a page that shows the emulated Telegram as a messenger does, for one person: chats, pictures, buttons, files. */
export async function serveTelegramPage({ port, telegram, you }: TelegramPageOptions): Promise<{ url: string; close(): Promise<void> }> {
  const person = you ?? telegram.person('You');
  telegram.world.privateChat(telegram.world.account(person.name));
  const read = pageReader(telegram, person.id);
  const live = follow((listener) => telegram.world.onChange(listener), read);
  const at: At = { telegram, you: person, albums: createAlbums(telegram, person) };
  const hosts = new Set<string>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Another site must not reach us through a name of its own, nor with a form.
    if (!hosts.has(request.headers.host ?? '')) return send(response, 403, 'text/plain', 'forbidden');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const deed = request.method === 'POST' ? deeds[url.pathname] : undefined;
    if (deed) return deed(request, response, at);
    if (request.method !== 'GET') return send(response, 405, 'text/plain', 'not allowed');
    if (url.pathname === '/style.css') return send(response, 200, 'text/css; charset=utf-8', style);
    if (url.pathname === '/live') return live.attach(request, response, headers);
    const script = /^\/([a-z-]+\.js)$/.exec(url.pathname)?.[1];
    if (script !== undefined) return sendScript(response, script);
    const file = /^\/file\/(\w+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) return sendFile(response, telegram, file);
    if (url.pathname !== '/') return send(response, 404, 'text/plain', 'not found');
    send(response, 200, 'text/html; charset=utf-8', renderShell(read(), telegram.world.bot.name));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/plain', 'the emulated Telegram did not answer');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  for (const name of ['127.0.0.1', 'localhost']) hosts.add(`${name}:${String(listening)}`);
  return {
    url: `http://127.0.0.1:${String(listening)}/`,
    close: async () => {
      live.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface At {
  telegram: EmulatedTelegram;
  you: TelegramPerson;
  albums: Albums;
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array, more: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': 'no-store', ...more }).end(body);
}

async function sendScript(response: ServerResponse, name: string): Promise<void> {
  const script = await readFile(new URL(name, scripts)).catch(() => undefined);
  if (script === undefined) return send(response, 404, 'text/plain', 'not found');
  send(response, 200, 'text/javascript; charset=utf-8', script);
}

/** What a browser shows by itself; everything else is only saved. */
const shownTypes = /^(?:image\/(?:jpeg|png|gif|webp)|audio\/[\w-]+|video\/mp4)$/;

function sendFile(response: ServerResponse, { world }: EmulatedTelegram, id: string): void {
  const file = world.files.file(id);
  if (!file) return send(response, 404, 'text/plain', 'not found');
  const type = file.kind === 'photo' ? 'image/jpeg' : file.mimeType;
  const shown = shownTypes.test(type);
  send(response, 200, shown ? type : 'application/octet-stream', file.bytes, {
    'cache-control': 'private, max-age=86400, immutable',
    ...(!shown && { 'content-disposition': 'attachment' }),
  });
}

async function deed(request: IncomingMessage, response: ServerResponse, { telegram, you }: At): Promise<void> {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return send(response, 415, 'text/plain', 'JSON, please');
  const body = await bodyOf(request, longestDeedBytes);
  if (!body) return send(response, 413, 'text/plain', 'too long');
  const { success, data } = deedSchema.safeParse(parseJson(body.toString()));
  if (!success) return send(response, 400, 'text/plain', 'not understood');
  send(response, 200, 'application/json', JSON.stringify(await perform(telegram, you, data)));
}

/** A file: its bytes are the body, what is said about it is in the query. */
async function files(request: IncomingMessage, response: ServerResponse, { albums }: At): Promise<void> {
  // Another site's form cannot send this type.
  if (request.headers['content-type'] !== 'application/octet-stream') return send(response, 415, 'text/plain', 'bytes, please');
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
  const { success, data } = uploadSchema.safeParse(query);
  if (!success) return send(response, 400, 'text/plain', 'not understood');
  const body = await bodyOf(request, mostFileBytes);
  if (!body) return send(response, 413, 'text/plain', 'too large');
  send(response, 200, 'application/json', JSON.stringify(albums.take({ ...data, bytes: new Uint8Array(body) })));
}

const deeds: Record<string, typeof files> = { '/do': deed, '/files': files };

async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
