import { z } from 'zod';
import { readBlocks, type Block, type BlockOption } from '../blocks.ts';
import { escapeCommand } from './escape-command.ts';
import { blocksOf, type Ephemeral, type OnlyHere } from './only-here.ts';
import * as payloads from './payloads.ts';
import { readAnswer, respond, type Responses } from './responses.ts';
import { type AppAnswer, signedPost } from './signed-post.ts';
import { type Answer, type Message, newId } from './web-api.ts';

/** Where the app receives what Slack sends; as its settings at Slack say. */
export interface RequestUrls {
  events: string;
  interactions: string;
  commands: string;
}

/** A message on the page. */
export interface MessageAt {
  channel: string;
  ts: string;
  thread?: string | undefined;
}

/** What the page shows after a click. */
export interface Outcome {
  /** A sentence: it did not work. */
  error?: string;
  /** What is wrong with the fields, by block. */
  errors?: Record<string, string>;
  options?: { value: string; label: string }[];
}

/** What somebody can do in Slack's client, sent to the app as Slack sends it. Never rejects because of the app. */
export interface Clicks {
  press(
    where: { message: MessageAt } | { view: string },
    pressed: payloads.FieldValue,
    fields: readonly payloads.FieldValue[],
  ): Promise<Outcome>;
  suggest(where: { message: MessageAt } | { view: string }, typed: { block: string; action: string; value: string }): Promise<Outcome>;
  submit(view: string, fields: readonly payloads.FieldValue[]): Promise<Outcome>;
  close(view: string): Promise<Outcome>;
  shortcut(message: MessageAt, callbackId: string): Promise<Outcome>;
  /** A message, or a command. */
  send(channel: string, text: string): Promise<Outcome>;
  openHome(): Promise<Outcome>;
}

export interface ClicksOptions {
  /** Calls the Web API as the app, or as whoever sits at the page. */
  act: (method: string, args: Record<string, unknown>, as?: 'app' | 'user') => Promise<Answer>;
  onlyHere: OnlyHere;
  responses: Responses;
  clicker: payloads.Clicker;
  signingSecret: string;
  commands: readonly string[];
  /** Names of channels, by id. */
  channelName: (id: string) => string;
  urls: () => RequestUrls | undefined;
  signal: AbortSignal;
}

/** Everything a click needs. */
interface Desk extends ClicksOptions {
  /** Sends a payload; undefined: watchpost is not there yet. */
  interact: (payload: unknown) => Promise<AppAnswer | undefined>;
  trigger: (viewId?: string) => Promise<string>;
}

const gone: Outcome = { error: 'This message has changed. Try again.' };
const starting = 'watchpost is still starting. Try again in a moment.';
const found = z.looseObject({ messages: z.array(z.looseObject({ ts: z.string() })).default([]) });
const pageOfOptions = z.looseObject({
  options: z.array(z.looseObject({ text: z.looseObject({ text: z.string() }), value: z.string() })).optional(),
  option_groups: z
    .array(z.looseObject({ options: z.array(z.looseObject({ text: z.looseObject({ text: z.string() }), value: z.string() })) }))
    .optional(),
});
const submitted = z.looseObject({
  response_action: z.enum(['errors', 'update', 'push', 'clear']).optional(),
  errors: z.record(z.string(), z.string()).optional(),
  view: z.unknown().optional(),
});

/** Slack's time stamp of now. */
const stamp = (): string => (Date.now() / 1_000).toFixed(6);

export function createClicks(options: ClicksOptions): Clicks {
  const { urls, signingSecret, signal, act, clicker } = options;
  const desk: Desk = {
    ...options,
    interact: async (payload) => {
      const url = urls()?.interactions;
      return url === undefined ? undefined : signedPost(url, { form: { payload: JSON.stringify(payload) } }, signingSecret, signal);
    },
    trigger: async (viewId) => String((await act('views.generateTriggerId', { user_id: clicker.userId, view_id: viewId }))['trigger_id']),
  };
  return {
    press: async (where, pressed, fields) => press(desk, where, pressed, fields),
    suggest: async (where, typed) => suggest(desk, where, typed),
    submit: async (view, fields) => submit(desk, view, fields),
    close: async (viewId) => {
      const view = options.onlyHere.find(viewId);
      options.onlyHere.close(viewId, false);
      if (view?.notify_on_close) await desk.interact(payloads.viewClosed(clicker, view));
      return {};
    },
    shortcut: async (at, callbackId) => {
      const origin = await originOf(desk, { message: at });
      if (!origin || 'view' in origin.origin) return gone;
      const payload = payloads.messageAction(clicker, origin.origin, { callbackId, triggerId: await desk.trigger(), at: stamp() });
      return outcomeOf(await desk.interact(payload));
    },
    send: async (channel, text) => send(desk, channel, text.trim()),
    openHome: async () => openHome(desk),
  };
}

/** What Slack's client says when the app did not answer as it must. */
function outcomeOf(answer: AppAnswer | undefined): Outcome {
  if (answer === undefined) return { error: starting };
  if (answer.status === null) return { error: 'watchpost did not answer within three seconds. Try again.' };
  return answer.status === 200 ? {} : { error: `watchpost responded with status ${String(answer.status)}. Try again.` };
}

/** A click's place as payloads tell it, and the blocks there; null: it is gone. */
async function originOf(
  desk: Desk,
  where: { message: MessageAt } | { view: string },
): Promise<{ origin: payloads.Origin; blocks: Block[] } | null> {
  const { onlyHere, responses, channelName } = desk;
  if ('view' in where) {
    const view = onlyHere.find(where.view);
    return view ? { origin: { view }, blocks: blocksOf(view) } : null;
  }
  const { channel, ts, thread } = where.message;
  const ephemeral = onlyHere.ephemerals().find((each) => each.ts === ts);
  const message = ephemeral ? ephemeralMessage(ephemeral) : await messageAt(desk, where.message);
  if (!message) return null;
  const responseUrl = responses.issue({ channel, thread, message: { ts, ephemeral: ephemeral !== undefined } });
  return {
    origin: { message, channel: { id: channel, name: channelName(channel) }, ephemeral: ephemeral !== undefined, responseUrl },
    blocks: readBlocks(message['blocks']),
  };
}

const ephemeralMessage = ({ ts, text, blocks, thread }: Ephemeral): Message => ({
  type: 'message',
  ts,
  text,
  ...(blocks !== undefined && { blocks }),
  ...(thread !== undefined && { thread_ts: thread }),
});

async function messageAt({ act }: Desk, { channel, ts, thread }: MessageAt): Promise<Message | undefined> {
  const answer =
    thread === undefined || thread === ts
      ? await act('conversations.history', { channel, oldest: ts, latest: ts, inclusive: true, limit: 1, include_all_metadata: true })
      : await act('conversations.replies', { channel, ts: thread, include_all_metadata: true });
  return found.parse(answer).messages.find((each) => each.ts === ts);
}

async function press(
  desk: Desk,
  where: { message: MessageAt } | { view: string },
  pressed: payloads.FieldValue,
  fields: readonly payloads.FieldValue[],
): Promise<Outcome> {
  const place = await originOf(desk, where);
  if (!place) return gone;
  const triggerId = await desk.trigger('view' in where ? where.view : undefined);
  const payload = payloads.blockActions(desk.clicker, place.origin, { blocks: place.blocks, fields, pressed, triggerId, at: stamp() });
  return payload ? outcomeOf(await desk.interact(payload)) : gone;
}

async function suggest(
  desk: Desk,
  where: { message: MessageAt } | { view: string },
  typed: { block: string; action: string; value: string },
): Promise<Outcome> {
  const place = await originOf(desk, where);
  if (!place) return gone;
  const answer = await desk.interact(payloads.blockSuggestion(desk.clicker, place.origin, typed));
  const outcome = outcomeOf(answer);
  if (outcome.error !== undefined) return outcome;
  const read = pageOfOptions.safeParse(parseJson(answer?.body ?? ''));
  if (!read.success) return { options: [] };
  const { options = [], option_groups: groups = [] } = read.data;
  const label = ({ text, value }: Pick<BlockOption, 'value'> & { text: { text: string } }) => ({ value, label: text.text });
  return { options: [...options, ...groups.flatMap((group) => group.options)].map(label) };
}

async function submit(desk: Desk, viewId: string, fields: readonly payloads.FieldValue[]): Promise<Outcome> {
  const { onlyHere, clicker, act } = desk;
  const view = onlyHere.find(viewId);
  if (!view) return { error: 'This dialog has been closed.' };
  const state = payloads.stateOf(blocksOf(view), fields);
  const answer = await desk.interact(payloads.viewSubmission(clicker, view, state, await desk.trigger(viewId)));
  const outcome = outcomeOf(answer);
  if (outcome.error !== undefined) return { error: 'We had some trouble connecting. Try again?' };
  const body = answer?.body.trim() ?? '';
  if (body === '' || body === '{}') {
    onlyHere.close(viewId, false);
    return {};
  }
  const read = submitted.safeParse(parseJson(body));
  if (!read.success) return { error: 'We had some trouble connecting. Try again?' };
  switch (read.data.response_action) {
    case 'errors':
      return { errors: read.data.errors ?? {} };
    case 'clear':
      onlyHere.close(viewId, true);
      return {};
    case 'update':
      return refused(await act('views.update', { view_id: viewId, view: read.data.view }));
    case 'push':
      return refused(await act('views.push', { trigger_id: await desk.trigger(viewId), view: read.data.view }));
    case undefined:
      break;
  }
  return { error: 'We had some trouble connecting. Try again?' };
}

const refused = ({ ok, error }: Answer): Outcome => (ok ? {} : { error: `Slack does not take the dialog: ${error ?? 'unknown'}` });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function send(desk: Desk, channel: string, text: string): Promise<Outcome> {
  const { act, commands } = desk;
  if (text === '') return {};
  const [, command, rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (command === undefined) {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const { ok, error } = await act('chat.postMessage', { channel, text: escaped }, 'user');
    return ok ? {} : { error: `Slack did not take the message: ${error ?? 'unknown'}` };
  }
  if (commands.includes(command)) return runCommand(desk, channel, command, rest);
  const known = commands.map((each) => `\`${each}\``).join(', ');
  desk.onlyHere.say(bySlack(channel, `\`${command}\` is not a command here. Try ${known}.`));
  return {};
}

const bySlack = (channel: string, text: string) => ({ channel, thread: undefined, text, blocks: undefined, by: 'slack' }) as const;

async function runCommand(desk: Desk, channel: string, command: string, text: string): Promise<Outcome> {
  const { onlyHere, responses, clicker, channelName, signingSecret, signal, act } = desk;
  const url = desk.urls()?.commands;
  if (url === undefined) return { error: starting };
  const target = { channel, thread: undefined, message: null };
  const form = payloads.slashCommand(
    clicker,
    { id: channel, name: channelName(channel) },
    { command, text: await escapeCommand(text, act), triggerId: await desk.trigger(), responseUrl: responses.issue(target) },
  );
  const answer = await signedPost(url, { form }, signingSecret, signal);
  if (answer.status !== 200) {
    const why = answer.status === null ? 'operation_timeout' : 'dispatch_failed';
    onlyHere.say(bySlack(channel, `${command} failed with the error "${why}".`));
    return {};
  }
  const said = readAnswer(answer.body);
  if (said) await respond(said, target, onlyHere, act);
  return {};
}

async function openHome({ act, clicker, urls, onlyHere, signingSecret, signal }: Desk): Promise<Outcome> {
  const url = urls()?.events;
  if (url === undefined) return { error: starting };
  const opened = z
    .looseObject({ channel: z.looseObject({ id: z.string() }) })
    .safeParse(await act('conversations.open', { users: clicker.userId }));
  const at = stamp();
  const event = {
    type: 'app_home_opened',
    user: clicker.userId,
    channel: opened.success ? opened.data.channel.id : '',
    tab: 'home',
    event_ts: at,
    ...(onlyHere.home() && { view: onlyHere.home() }),
  };
  const envelope = {
    token: 'emulated',
    team_id: clicker.teamId,
    api_app_id: clicker.appId,
    type: 'event_callback',
    event_id: `Ev${newId().toUpperCase()}`,
    event_time: Math.floor(Number(at)),
    event,
  };
  return outcomeOf(await signedPost(url, { json: envelope }, signingSecret, signal));
}
