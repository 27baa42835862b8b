import { type Clicks, createClicks, type RequestUrls } from './clicks.ts';
import { serveFront } from './front-server.ts';
import { createOnlyHere, type OnlyHere } from './only-here.ts';
import type { Clicker } from './payloads.ts';
import { reactionMethods } from './reactions.ts';
import { signedPost } from './signed-post.ts';
import { createResponses } from './responses.ts';
import { type Answer, type Arguments, callEmulator, webApi } from './web-api.ts';

export interface FrontOptions {
  port: number;
  /** Where the emulator is. */
  emulator: string;
  signingSecret: string;
  commands: readonly string[];
  channelName: (id: string) => string;
  clicker: Clicker;
  tokens: { app: string; user: string };
  /** The token of a member or a bot, by its user id. */
  tokenOf: (userId: string) => string | undefined;
}

/** What one person sees of Slack, and can do in it: what the emulator has no notion of. */
export interface Front {
  userId: string;
  /** Calls the Web API as the app, or as the person. */
  call(method: string, args: Arguments, as?: 'app' | 'user'): Promise<Answer>;
  /** Reads for the page, as often as it likes. */
  read(method: string, args: Arguments): Promise<Answer>;
  /** A picture or another file that the app may see; null: there is none. */
  file(id: string): Promise<{ type: string; bytes: Buffer } | null>;
  onlyHere: OnlyHere;
  clicks: Clicks;
  /** Calls `listener` whenever something may look different. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  connect(urls: RequestUrls): void;
  close(): Promise<void>;
}

/** Starts the front: from now on it answers at `port`. */
export async function createFront(options: FrontOptions): Promise<Front> {
  const { port, emulator, signingSecret, commands, channelName, clicker, tokens, tokenOf } = options;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const stopped = new AbortController();
  let urls: RequestUrls | undefined;
  const onlyHere = createOnlyHere(changed);
  const inner = callEmulator(emulator);
  const deliver = async (json: unknown): Promise<void> => {
    if (urls) await signedPost(urls.events, { json }, signingSecret, stopped.signal);
  };
  const methods = new Map([
    ...webApi({ call: inner, onlyHere, userId: clicker.userId, admin: { token: tokens.user, tokenOf } }),
    ...reactionMethods({ call: inner, deliver, teamId: clicker.teamId, appId: clicker.appId, changed }),
  ]);
  const call = async (method: string, args: Arguments, as: 'app' | 'user' = 'app'): Promise<Answer> => {
    const answer = await (methods.get(method)?.(args, tokens[as]) ?? inner(method, args, tokens[as]));
    if (/^chat\.(?:post|update|delete)/.test(method)) changed();
    return answer;
  };
  const pageToken = createPageToken();
  const read = async (method: string, args: Arguments): Promise<Answer> => {
    const token = pageToken();
    return methods.get(method)?.(args, token) ?? inner(method, args, token);
  };
  const responses = createResponses(`http://127.0.0.1:${String(port)}`, onlyHere, call);
  const clicks = createClicks({
    act: call,
    onlyHere,
    responses,
    clicker,
    signingSecret,
    commands,
    channelName,
    urls: () => urls,
    signal: stopped.signal,
  });
  const server = await serveFront({ port, emulator, methods, responses, changed });
  return {
    userId: clicker.userId,
    call,
    read,
    file: async (id) => fileOf(id, emulator, call, tokens.app),
    onlyHere,
    clicks,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connect: (to) => {
      urls = to;
    },
    close: async () => {
      stopped.abort();
      await server.close();
    },
  };
}

/** The emulator answers a token 5,000 times an hour, and then with 403. It takes one that it does not know for its administrator's. */
const mostCalls = 4_000;

function createPageToken(): () => string {
  let calls = 0;
  return () => {
    calls += 1;
    return `xoxp-page-${String(Math.floor(calls / mostCalls))}`;
  };
}

async function fileOf(id: string, emulator: string, call: Front['call'], token: string): Promise<{ type: string; bytes: Buffer } | null> {
  const { file } = await call('files.info', { file: id });
  if (typeof file !== 'object' || file === null || !('url_private' in file) || typeof file.url_private !== 'string') return null;
  // Its address leads to the front; the emulator has it under the same path.
  const response = await fetch(new URL(new URL(file.url_private).pathname, emulator), { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) return null;
  const type = 'mimetype' in file && typeof file.mimetype === 'string' ? file.mimetype : 'application/octet-stream';
  return { type, bytes: Buffer.from(await response.arrayBuffer()) };
}
