import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebClient } from '@slack/web-api';
import { AppError } from '@watchpost/shared/errors';
import { createEmulator } from 'emulate';
import { z } from 'zod';
import { anyFreePort } from '../processes/ports.ts';
import { createFront, type Front } from './front/front.ts';
import type { RequestUrls } from './front/clicks.ts';

export interface EmulatedSlackOptions {
  /** Never reuse one in the same process: kept-alive connections to it fail. */
  port: number;
  signingSecret: string;
  /** Names of apps; each has a bot user. */
  apps: string[];
  /** Channel names. The first two have the same ids at every start. */
  channels: string[];
  /** What people who use Slack's page have; the first app receives it. */
  commands?: readonly string[];
}

export interface EmulatedSlack {
  /** Origin, without a trailing slash. */
  url: string;
  /** Base URL of the Web API. */
  apiUrl: string;
  /** The bot token of an app. */
  token(app: string): string;
  /** The token of a member of the workspace: of `you`, its administrator, or of a colleague. */
  memberToken(name: MemberName): string;
  channelId(name: string): string;
  /** Delivers every event from now on to this URL: signed, once, without retries. */
  subscribe(eventsUrl: string): void;
  /** Sends clicks, dialogs and commands from now on to the first app at these URLs, and its events as `subscribe`. */
  connect(urls: RequestUrls): void;
  /** What somebody sees and does in Slack's own client. */
  front: Front;
  close(): Promise<void>;
}

interface Subscriptions {
  register(subscription: { url: string; events: string[]; active: boolean; owner: string }): unknown;
}
type Register = (app: unknown, store: unknown, subscriptions: Subscriptions, ...rest: unknown[]) => unknown;
interface SlackPlugin {
  slackPlugin: { register: Register };
}

/** Who sits at the page: the emulator's administrator, who is there from the start. */
const you = { id: 'U000000001', name: 'you', token: 'xoxp-emulated-you' };
const team = { id: 'T000000001', domain: 'watchpost' };

/**
 * Starts `emulate`'s Slack in this process, with a front before it that adds what people do in Slack's client. It has no retries of
 * events, rate limits or Socket Mode.
 */
export async function startEmulatedSlack(options: EmulatedSlackOptions): Promise<EmulatedSlack> {
  const { port, signingSecret, apps, channels, commands = [] } = options;
  // Not localhost, which may resolve to another address family.
  const url = `http://127.0.0.1:${String(port)}`;
  const innerPort = await anyFreePort('127.0.0.1');
  const { subscriptions, emulator } = await withSubscriptions(async () =>
    createEmulator({
      service: 'slack',
      port: innerPort,
      // The links that it hands out lead to the front.
      baseUrl: url,
      seed: {
        slack: {
          team: { name: 'watchpost', domain: team.domain },
          signing_secret: signingSecret,
          users: colleagues.map(([name, realName]) => ({ name, real_name: realName, profile: { display_name: realName } })),
          channels: channels.slice(2).map((name) => ({ name })),
          oauth_apps: apps.map((name) => ({
            ...identity(name),
            client_id: `client-${name}`,
            client_secret: 'emulated',
            name,
            bot_name: name,
            redirect_uris: [],
          })),
          tokens: [
            { token: you.token, type: 'user', user_id: you.id },
            ...colleagues.map(([name]) => ({ token: tokenOfMember(name), type: 'user' as const, user_id: name })),
            ...apps.map((name) => ({ token: tokenOf(name), type: 'bot', user_id: identity(name).bot_user_id, ...identity(name) })),
          ],
        },
      },
    }),
  );
  const apiUrl = `${url}/api/`;
  const app = apps[0] ?? '';
  const names = new Map<string, string>();
  const tokens = new Map(apps.map((name) => [identity(name).bot_user_id, tokenOf(name)]));
  const front = await createFront({
    port,
    emulator: `http://127.0.0.1:${String(innerPort)}`,
    signingSecret,
    commands,
    channelName: (id) => names.get(id) ?? 'directmessage',
    clicker: { teamId: team.id, teamDomain: team.domain, appId: identity(app).app_id, userId: you.id, userName: you.name },
    tokens: { app: tokenOf(app), user: you.token },
    tokenOf: (userId) => tokens.get(userId),
  });
  await new WebClient(you.token, { slackApiUrl: apiUrl }).users.profile.set({ profile: { real_name: 'You', display_name: 'You' } });
  for (const name of ['you', ...colleagues.map(([each]) => each)] as const) {
    const { user_id: userId } = await new WebClient(tokenOfMember(name), { slackApiUrl: apiUrl }).auth.test();
    if (userId !== undefined) tokens.set(userId, tokenOfMember(name));
  }
  // The emulator treats an unknown token as its administrator's.
  const ids = await nameChannels(new WebClient('xoxp-administrator', { slackApiUrl: apiUrl }), channels);
  for (const [name, id] of ids) names.set(id, name);
  await Promise.all(apps.map(async (app) => joinAll(new WebClient(tokenOf(app), { slackApiUrl: apiUrl }), ids)));
  const subscribe = (to: string): void => void subscriptions.register({ url: to, events: ['*'], active: true, owner: 'slack' });
  return {
    url,
    apiUrl,
    token: tokenOf,
    memberToken: tokenOfMember,
    channelId: (name) => {
      const id = ids.get(name);
      if (id === undefined) throw new AppError('channel-not-available', `there is no channel ${name}`);
      return id;
    },
    subscribe,
    connect: (urls) => {
      subscribe(urls.events);
      front.connect(urls);
    },
    front,
    close: async () => {
      await front.close();
      await emulator.close();
    },
  };
}

/** Invented members of the workspace, besides you. */
const colleagues = [
  ['sam', 'Sam Okafor'],
  ['noor', 'Noor Haddad'],
  ['lena', 'Lena Brandt'],
] as const;

export type MemberName = 'you' | (typeof colleagues)[number][0];

const tokenOfMember = (name: MemberName): string => (name === 'you' ? you.token : `xoxp-emulated-${name}`);
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
