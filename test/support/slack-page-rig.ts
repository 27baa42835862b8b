import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@watchpost/bench/servers/server';
import { startEmulatedSlack, type EmulatedSlack } from '@watchpost/standalone/slack/emulated-slack';
import { servePage } from '@watchpost/standalone/slack/page/page-server';
import { type Browser, chromium } from 'playwright-core';

/** JSON of which each test says what it expects where. */
// oxlint-disable-next-line typescript/no-explicit-any -- typing all of Slack's answers would hide what a test is about
export type Loose = Record<string, any>;

/** A request that an app receives from Slack. */
export interface Received {
  path: string;
  /** Whether its signature fits. */
  signed: boolean;
  /** The payload of an interaction, the form of a command, or an event. */
  body: Loose;
}

export interface Answered {
  status?: number;
  json?: unknown;
  /** Waits so long before it answers, milliseconds. */
  afterMs?: number;
}

/** An emulated Slack with its page, and an app that answers as the test says. */
export interface SlackPageRig {
  slack: EmulatedSlack;
  pageUrl: string;
  received: Received[];
  /** What the app does with a request. */
  answerWith(answer: (request: Received) => Answered | Promise<Answered>): void;
  /** Calls the Web API over HTTP, as the app or as a camera does. */
  call(method: string, args: Record<string, unknown>, app?: string): Promise<Loose>;
  /** Uploads a picture; with a channel it is posted there. Resolves to its id. */
  upload(bytes: Uint8Array, options?: { channel?: string; app?: string; name?: string }): Promise<string>;
  close(): Promise<void>;
}

const signingSecret = 'page-secret';

export async function startSlackPage(): Promise<SlackPageRig> {
  const slack = await startEmulatedSlack({
    port: await freePort(),
    signingSecret,
    apps: ['watchpost', 'Front door'],
    channels: ['camera-snapshots', 'who-was-there'],
    commands: ['/faces'],
  });
  const page = await servePage({
    port: await freePort(),
    front: slack.front,
    command: 'npm run watchpost --',
    channels: [
      { id: slack.channelId('who-was-there'), name: 'who-was-there', purpose: 'who was there' },
      { id: slack.channelId('camera-snapshots'), name: 'camera-snapshots', purpose: 'what the cameras post' },
    ],
    shortcuts: [{ name: 'Recognise faces', callbackId: 'recognise_faces' }],
  });
  const received: Received[] = [];
  let answer: (request: Received) => Answered | Promise<Answered> = () => ({});
  const app = await listen(async (request) => {
    received.push(request);
    return request.path === '/api/events' && request.body['event']?.type !== 'app_home_opened' ? {} : answer(request);
  });
  const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  slack.connect({ events: `${appUrl}/api/events`, interactions: `${appUrl}/api/interactions`, commands: `${appUrl}/api/commands` });

  const call: SlackPageRig['call'] = async (method, args, by = 'watchpost') => {
    const response = await fetch(`${slack.apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.token(by)}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    return (await response.json()) as Loose;
  };
  return {
    slack,
    pageUrl: page.url,
    received,
    answerWith: (made) => (answer = made),
    call,
    upload: async (bytes, { channel, app: by, name = 'snapshot.png' } = {}) => {
      const ticket = await call('files.getUploadURLExternal', { filename: name, length: bytes.byteLength }, by);
      await fetch(ticket['upload_url'], { method: 'POST', body: Buffer.from(bytes) });
      await call('files.completeUploadExternal', { files: [{ id: ticket['file_id'] }], channel_id: channel }, by);
      return ticket['file_id'];
    },
    close: async () => {
      await page.close();
      await slack.close();
      app.closeAllConnections();
      app.close();
    },
  };
}

async function listen(answer: (request: Received) => Promise<Answered>): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const { 'x-slack-request-timestamp': at, 'x-slack-signature': signature, 'content-type': type } = request.headers;
      const expected = `v0=${createHmac('sha256', signingSecret)
        .update(`v0:${String(at)}:${raw}`)
        .digest('hex')}`;
      const form = Object.fromEntries(new URLSearchParams(raw));
      const body = type === 'application/json' ? JSON.parse(raw) : form['payload'] === undefined ? form : JSON.parse(form['payload']);
      void answer({ path: request.url ?? '', signed: signature === expected, body }).then(async ({ status = 200, json, afterMs = 0 }) => {
        if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
        response.writeHead(status, { 'content-type': 'application/json' }).end(json === undefined ? '' : JSON.stringify(json));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

const chromiumPath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
);

/** Whether there is a browser; where everything must be tested there has to be one. */
export const hasBrowser = chromiumPath !== undefined || process.env['CI'] !== undefined;

export const openBrowser = async (...args: string[]): Promise<Browser> =>
  chromium.launch({ ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }), args: ['--no-sandbox', ...args] });
