import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebClient } from '@slack/web-api';
import { AppError } from '@watchpost/shared/errors';
import { createEmulator } from 'emulate';
import { z } from 'zod';

export interface EmulatedSlackOptions {
  /** Never reuse one in the same process: kept-alive connections to it fail. */
  port: number;
  signingSecret: string;
  /** Names of apps; each has a bot user. */
  apps: string[];
  /** Channel names. The first two have the same ids at every start. */
  channels: string[];
}

export interface EmulatedSlack {
  /** Origin, without a trailing slash. */
  url: string;
  /** Base URL of the Web API. */
  apiUrl: string;
  /** The bot token of an app. */
  token(app: string): string;
  channelId(name: string): string;
  /** Delivers every event from now on to this URL: signed, once, without retries. */
  subscribe(eventsUrl: string): void;
  close(): Promise<void>;
}

interface Subscriptions {
  register(subscription: { url: string; events: string[]; active: boolean; owner: string }): unknown;
}
type Register = (app: unknown, store: unknown, subscriptions: Subscriptions, ...rest: unknown[]) => unknown;
interface SlackPlugin {
  slackPlugin: { register: Register };
}

/** Starts `emulate`'s Slack in this process. It has no retries, rate limits, Socket Mode or interactivity. */
export async function startEmulatedSlack({ port, signingSecret, apps, channels }: EmulatedSlackOptions): Promise<EmulatedSlack> {
  const { subscriptions, emulator } = await withSubscriptions(async () =>
    createEmulator({
      service: 'slack',
      port,
      // Not localhost, which may resolve to another address family.
      baseUrl: `http://127.0.0.1:${String(port)}`,
      seed: {
        slack: {
          team: { name: 'watchpost', domain: 'watchpost' },
          signing_secret: signingSecret,
          channels: channels.slice(2).map((name) => ({ name })),
          oauth_apps: apps.map((name) => ({
            ...identity(name),
            client_id: `client-${name}`,
            client_secret: 'emulated',
            name,
            bot_name: name,
            redirect_uris: [],
          })),
          tokens: apps.map((name) => ({ token: tokenOf(name), type: 'bot', user_id: identity(name).bot_user_id, ...identity(name) })),
        },
      },
    }),
  );
  const apiUrl = `${emulator.url}/api/`;
  // The emulator treats an unknown token as its administrator's.
  const ids = await nameChannels(new WebClient('xoxp-administrator', { slackApiUrl: apiUrl }), channels);
  await Promise.all(apps.map(async (app) => joinAll(new WebClient(tokenOf(app), { slackApiUrl: apiUrl }), ids)));
  return {
    url: emulator.url,
    apiUrl,
    token: tokenOf,
    channelId: (name) => {
      const id = ids.get(name);
      if (id === undefined) throw new AppError('channel-not-available', `there is no channel ${name}`);
      return id;
    },
    subscribe: (url) => void subscriptions.register({ url, events: ['*'], active: true, owner: 'slack' }),
    close: async () => emulator.close(),
  };
}

const tokenOf = (app: string): string => `xoxb-emulated-${slug(app)}`;
const slug = (app: string): string => app.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

function identity(app: string): { app_id: string; bot_id: string; bot_user_id: string } {
  const id = app.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '');
  return { app_id: `A0${id}`, bot_id: `B0${id}`, bot_user_id: `U0${id}` };
}

/**
 * Runs `create` and captures its registry of event subscriptions: emulate has no public API to set where events go.
 * Its Slack plugin is a file of its own, loaded on first use; we load it first and wrap its `register` meanwhile.
 */
async function withSubscriptions<T>(create: () => Promise<T>): Promise<{ subscriptions: Subscriptions; emulator: T }> {
  const { slackPlugin } = await loadSlackPlugin();
  const original = slackPlugin.register;
  let subscriptions: Subscriptions | undefined;
  slackPlugin.register = (...args) => {
    [, , subscriptions] = args;
    return original.apply(slackPlugin, args);
  };
  try {
    const emulator = await create();
    if (!subscriptions) throw new AppError('internal', 'emulate did not register its Slack plugin');
    return { subscriptions, emulator };
  } finally {
    slackPlugin.register = original;
  }
}

const isSlackPlugin = (value: unknown): value is SlackPlugin =>
  z.object({ slackPlugin: z.object({ register: z.unknown() }) }).safeParse(value).success;

async function loadSlackPlugin(): Promise<SlackPlugin> {
  const dist = path.dirname(fileURLToPath(import.meta.resolve('emulate')));
  for (const file of (await readdir(dist)).filter((name) => /^dist-.*\.js$/.test(name))) {
    if (!(await readFile(path.join(dist, file), 'utf8')).includes('var slackPlugin = ')) continue;
    const part: unknown = await import(pathToFileURL(path.join(dist, file)).href);
    if (isSlackPlugin(part)) return part;
  }
  throw new AppError('internal', 'the Slack plugin of emulate is not where it used to be');
}

/** Renames the emulator's first two channels, and returns the ids of all channels by name. */
async function nameChannels(client: WebClient, names: string[]): Promise<Map<string, string>> {
  for (const [index, name] of names.slice(0, 2).entries()) {
    await client.conversations.rename({ channel: `C00000000${String(index + 1)}`, name });
  }
  const { channels = [] } = await client.conversations.list({ limit: 1_000 });
  return new Map(channels.flatMap(({ name, id }) => (name !== undefined && id !== undefined ? [[name, id]] : [])));
}

async function joinAll(client: WebClient, ids: Map<string, string>): Promise<void> {
  for (const channel of ids.values()) await client.conversations.join({ channel });
}
