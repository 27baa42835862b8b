import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Outcome } from '../front/clicks.ts';
import type { Front } from '../front/front.ts';
import { follow } from './live.ts';
import { pageReader } from './read-page.ts';
import type { Shortcut } from './render-message.ts';
import { type PageChannel, renderShell } from './shell.ts';
import { style } from './style.ts';

export interface PageOptions {
  port: number;
  front: Front;
  /** The one that opens first, the one beside it, and the others. */
  channels: readonly [PageChannel, PageChannel, ...PageChannel[]];
  shortcuts: readonly Shortcut[];
  /** How to call the command line. */
  command: string;
}

const message = z.object({ channel: z.string(), ts: z.string(), thread: z.string().optional() });
const where = z.union([z.object({ message }), z.object({ view: z.string() })]);
const fieldValue = z.object({
  block: z.string(),
  action: z.string(),
  value: z.string().max(10_000).nullable(),
  label: z.string().optional(),
  values: z.array(z.string()).optional(),
});
const fields = z.array(fieldValue).max(100);
const deedSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('press'), where, pressed: fieldValue, fields }),
  z.object({ do: z.literal('suggest'), where, typed: z.object({ block: z.string(), action: z.string(), value: z.string().max(200) }) }),
  z.object({ do: z.literal('submit'), view: z.string(), fields }),
  z.object({ do: z.literal('close'), view: z.string() }),
  z.object({ do: z.literal('shortcut'), message, callbackId: z.string() }),
  z.object({ do: z.literal('send'), channel: z.string(), text: z.string().max(12_000) }),
  z.object({ do: z.literal('home') }),
  z.object({ do: z.literal('react'), message, name: z.string().max(100), set: z.boolean() }),
  z.object({ do: z.literal('dismiss'), ts: z.string() }),
]);
type PageDeed = z.output<typeof deedSchema>;

/** Nothing but our own files runs, and nobody shows the page inside of another. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
const longestDeedBytes = 256_000;
const scripts = new URL('../../page-client/', import.meta.url);

/** Serves a page that shows the emulated Slack as Slack does, with buttons, menus and dialogs that work. */
export async function servePage(options: PageOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { port, front, channels, shortcuts, command } = options;
  const opened = z.looseObject({ channel: z.looseObject({ id: z.string() }) });
  const { channel } = opened.parse(await front.call('conversations.open', { users: front.userId }));
  const read = pageReader(front, { channels: [...channels], directMessages: channel.id, shortcuts });
  const live = follow(front, read);
  const hosts = new Set([`127.0.0.1:${String(port)}`, `localhost:${String(port)}`]);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Another site must not reach us through a name of its own, nor with a form.
    if (!hosts.has(request.headers.host ?? '')) return send(response, 403, 'text/plain', 'forbidden');
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST') return deed(request, response, front);
    const picture = /^\/picture\/([A-Z0-9]+)$/.exec(pathname)?.[1];
    if (picture !== undefined) return sendPicture(response, await front.file(picture));
    if (pathname === '/style.css') return send(response, 200, 'text/css; charset=utf-8', style);
    const script = /^\/([a-z-]+\.js)$/.exec(pathname)?.[1];
    if (script !== undefined) return sendScript(response, script);
    if (pathname === '/live') return live.attach(request, response, headers);
    if (pathname !== '/') return send(response, 404, 'text/plain', 'not found');
    send(response, 200, 'text/html; charset=utf-8', renderShell({ channels, directMessages: channel.id, command }, await read()));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) send(response, 502, 'text/plain', 'the emulated Slack did not answer');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: async () => {
      live.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer, cache = 'no-store'): void {
  response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': cache }).end(body);
}

async function sendScript(response: ServerResponse, name: string): Promise<void> {
  const script = await readFile(new URL(name, scripts)).catch(() => undefined);
  if (script === undefined) return send(response, 404, 'text/plain', 'not found');
  send(response, 200, 'text/javascript; charset=utf-8', script);
}

function sendPicture(response: ServerResponse, file: { type: string; bytes: Buffer } | null): void {
  if (!file?.type.startsWith('image/')) return send(response, 404, 'text/plain', 'not found');
  send(response, 200, file.type, file.bytes, 'private, max-age=86400, immutable');
}

async function deed(request: IncomingMessage, response: ServerResponse, front: Front): Promise<void> {
  if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/do') return send(response, 404, 'text/plain', 'not found');
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return send(response, 415, 'text/plain', 'JSON, please');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > longestDeedBytes) return send(response, 413, 'text/plain', 'too long');
    chunks.push(chunk);
  }
  const read = deedSchema.safeParse(parseJson(Buffer.concat(chunks).toString()));
  if (!read.success) return send(response, 400, 'text/plain', 'not understood');
  send(response, 200, 'application/json', JSON.stringify(await perform(read.data, front)));
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function perform(what: PageDeed, front: Front): Promise<Outcome> {
  const { clicks, onlyHere } = front;
  switch (what.do) {
    case 'press':
      return clicks.press(what.where, what.pressed, what.fields);
    case 'suggest':
      return clicks.suggest(what.where, what.typed);
    case 'submit':
      return clicks.submit(what.view, what.fields);
    case 'close':
      return clicks.close(what.view);
    case 'shortcut':
      return clicks.shortcut(what.message, what.callbackId);
    case 'send':
      return clicks.send(what.channel, what.text);
    case 'react': {
      const { channel, ts } = what.message;
      const { ok, error = '' } = await front.call(
        `reactions.${what.set ? 'add' : 'remove'}`,
        { channel, timestamp: ts, name: what.name },
        'user',
      );
      return ok ? {} : { error };
    }
    case 'home':
      return clicks.openHome();
    case 'dismiss':
      onlyHere.remove(what.ts);
  }
  return {};
}
