import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { OnlyHere } from './only-here.ts';

export type Arguments = Record<string, unknown>;
const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
export type Answer = z.output<typeof answerSchema>;

/** Calls a method of the emulator itself. */
export type Call = (method: string, args: Arguments, token: string) => Promise<Answer>;

const messagesSchema = z.array(z.looseObject({ ts: z.string() }));
export type Message = z.output<typeof messagesSchema>[number];

/** The emulator pages by this many. */
const allOfThem = 1_000;

/** Calls the emulator over HTTP. */
export function callEmulator(origin: string): Call {
  return async (method, args, token) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(args)) {
      if (value !== undefined && value !== null) body.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
    const response = await fetch(`${origin}/api/${method}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
    return answerSchema.parse(await response.json());
  };
}

export interface WebApiOptions {
  call: Call;
  onlyHere: OnlyHere;
  /** Who sits at the page. */
  userId: string;
  /** An administrator of the workspace may delete what others wrote; `tokenOf`: the token of a message's author. */
  admin: { token: string; tokenOf: (userId: string) => string | undefined };
}

/** A method that Slack has and the emulator lacks, or does differently. */
type Method = (args: Arguments, token: string) => Promise<Answer>;

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1';

/** Slack's methods that we answer before the emulator, by name. */
export function webApi({ call, onlyHere, userId, admin }: WebApiOptions): ReadonlyMap<string, Method> {
  const view =
    (method: string): Method =>
    async (args, token) => {
      const answer = await call(method, args, token);
      if (answer.ok && (method !== 'views.publish' || text(args['user_id']) === userId)) onlyHere.show(method, answer['view']);
      return answer;
    };
  return new Map<string, Method>([
    ['chat.postEphemeral', async (args) => postEphemeral(args, onlyHere, userId)],
    ...['views.open', 'views.push', 'views.update', 'views.publish'].map((method): [string, Method] => [method, view(method)]),
    ['chat.delete', async (args, token) => deleteMessage(args, token, admin, call)],
    ['conversations.history', async (args, token) => history(args, token, call)],
    ['conversations.replies', async (args, token) => replies(args, token, call)],
    ['users.conversations', async (args, token) => ownChannels(args, token, call)],
    ['usergroups.list', async () => ({ ok: true, usergroups: [] })],
    ['usergroups.users.list', async () => ({ ok: false, error: 'no_such_subteam' })],
    ['emoji.list', async () => ({ ok: true, emoji: {} })],
  ]);
}

const authorSchema = z.looseObject({ ts: z.string(), user: z.string().default('') });

/** The emulator lets nobody delete what others wrote, not even its administrator: it is deleted as if its author did. */
async function deleteMessage(args: Arguments, token: string, admin: WebApiOptions['admin'], call: Call): Promise<Answer> {
  const { channel, ts } = args;
  const answer = await call('chat.delete', { channel, ts }, token);
  if (answer.error !== 'cant_delete_message' || token !== admin.token) return answer;
  // Of any message the emulator answers with its thread; of a reply with nothing.
  const said = [
    await call('conversations.replies', { channel, ts }, token),
    await call('conversations.history', { channel, limit: allOfThem }, token),
  ];
  const all = said.flatMap(({ messages }) => z.array(authorSchema).catch([]).parse(messages));
  const author = all.find((message) => message.ts === ts);
  const authors = author && admin.tokenOf(author.user);
  return authors === undefined ? answer : call('chat.delete', { channel, ts }, authors);
}

/** The channels that the caller is in. */
async function ownChannels({ limit }: Arguments, token: string, call: Call): Promise<Answer> {
  const answer = await call('conversations.list', { limit: limit ?? allOfThem }, token);
  const channels = z
    .array(z.looseObject({ is_member: z.boolean().optional() }))
    .catch([])
    .parse(answer['channels']);
  return { ...answer, channels: channels.filter(({ is_member: isMember }) => isMember !== false) };
}

/** The emulator keeps them where nobody can read them. */
async function postEphemeral(args: Arguments, onlyHere: OnlyHere, userId: string): Promise<Answer> {
  const channel = text(args['channel']);
  const blocks = parsed(args['blocks']);
  if (channel === '') return { ok: false, error: 'channel_not_found' };
  if (text(args['text']) === '' && blocks === undefined) return { ok: false, error: 'no_text' };
  if (text(args['user']) !== userId) return { ok: false, error: 'user_not_in_channel' };
  const thread = text(args['thread_ts']) || undefined;
  return { ok: true, message_ts: onlyHere.say({ channel, thread, text: text(args['text']), blocks, by: 'app' }) };
}

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

/** The emulator ignores `oldest`, `latest`, `inclusive`; and it tells metadata to everyone. */
async function history(args: Arguments, token: string, call: Call): Promise<Answer> {
  const answer = await call('conversations.history', { channel: args['channel'], limit: allOfThem }, token);
  if (!answer.ok) return answer;
  return page(messagesSchema.parse(answer['messages']), args);
}

/** The emulator ignores the limits here too. The message of the thread itself is always there, and a thread without it is none. */
async function replies(args: Arguments, token: string, call: Call): Promise<Answer> {
  const answer = await call('conversations.replies', { channel: args['channel'], ts: args['ts'] }, token);
  if (!answer.ok) return answer;
  const [parent, ...rest] = messagesSchema.parse(answer['messages']);
  if (parent?.ts !== text(args['ts'])) return { ok: false, error: 'thread_not_found' };
  const paged = page(rest, { ...args, limit: Math.max((Number(args['limit']) || allOfThem) - 1, 1) });
  return { ...paged, messages: [visible(parent, args), ...messagesSchema.parse(paged['messages'])] };
}

function page(all: readonly Message[], args: Arguments): Answer {
  const [oldest, latest, cursor] = [text(args['oldest']), text(args['latest']), text(args['cursor'])];
  const inclusive = isTrue(args['inclusive']);
  const limit = Math.min(Number(args['limit']) || 100, 999);
  const within = all.filter(
    ({ ts }) =>
      (oldest === '' || compareTs(ts, oldest) > 0 || (inclusive && compareTs(ts, oldest) === 0)) &&
      (latest === '' || compareTs(ts, latest) < 0 || (inclusive && compareTs(ts, latest) === 0)),
  );
  const from =
    cursor === ''
      ? 0
      : Math.max(
          0,
          within.findIndex(({ ts }) => ts === cursor),
        );
  const next = within[from + limit]?.ts ?? '';
  return {
    ok: true,
    messages: within.slice(from, from + limit).map((message) => visible(message, args)),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
}

/** Slack tells what metadata holds only to those who ask. */
function visible(message: Message, args: Arguments): Message {
  const { metadata, ...rest } = message;
  return metadata === undefined || isTrue(args['include_all_metadata']) ? message : rest;
}

/** Below, at or above 0, as `a` is before, at or after `b`. Never as a number: it would lose digits. */
export function compareTs(a: string, b: string): number {
  const parts = (ts: string): [string, string] => {
    const [seconds = '', rest = ''] = ts.split('.');
    return [seconds.padStart(12, '0'), rest.padEnd(6, '0')];
  };
  const [first, second] = [parts(a).join('.'), parts(b).join('.')];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** An id that nobody guesses. */
export const newId = (): string => randomBytes(12).toString('hex');
