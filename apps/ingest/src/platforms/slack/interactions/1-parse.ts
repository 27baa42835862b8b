import { rulesCommandName } from '@watchpost/shared/chat/command-help';
import { parseTarget, type ButtonTarget } from '@watchpost/shared/chat/post';
import { z } from 'zod';
import { eventFileSchema, idSchema, tsSchema, type EventFile } from '../2-parse.ts';

/** Who did something, and where. */
export interface Clicker {
  member: string;
  /** Null: on the app's own page, or in a dialog. */
  channel: string | null;
  /** The first message of the thread. */
  threadId: string | null;
  responseUrl: string | null;
}

/** A button, or a menu's entry, below a message. */
export interface Press {
  kind: 'press';
  by: Clicker;
  /** Null: an older release's button. */
  target: ButtonTarget | null;
  triggerId: string;
  /** What tells this click from others: where, on what, who, and what was shown there. */
  sameness: string;
  atMs: number;
}

/** What Slack says that somebody did. Everything unknown is `ignored`: Slack adds types and fields without notice. */
export type Interaction =
  | Press
  | { kind: 'submission'; member: string; viewId: string; view: unknown; errorBlock: string | null }
  | { kind: 'suggestion'; actionId: string; typed: string }
  | { kind: 'recognise'; by: Clicker; channel: string; messageId: string; files: EventFile[]; atMs: number }
  | { kind: 'ignored'; reason: 'unknown-type' | 'other-action' | 'other-shortcut' | 'view-closed' | 'malformed' };

/** The callback of the message shortcut, as the app's manifest names it. */
export const recogniseShortcut = 'recognise_faces';

const maybeText = z.string().nullish().catch(null);
const who = z.object({ id: idSchema });
const place = z.object({ id: idSchema }).nullish().catch(null);
const secondsSchema = z.string().regex(/^\d{1,12}(\.\d{1,9})?$/);

const pressSchema = z.object({
  user: who,
  channel: place,
  trigger_id: z.string().max(500).catch(''),
  response_url: maybeText,
  container: z
    .object({ message_ts: tsSchema.nullish().catch(null), thread_ts: tsSchema.nullish().catch(null), view_id: maybeText })
    .nullish()
    .catch(null),
  message: z.looseObject({ blocks: z.unknown().optional() }).nullish().catch(null),
  view: z.looseObject({ type: maybeText, hash: maybeText }).nullish().catch(null),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: secondsSchema.nullish().catch(null),
        value: maybeText,
        selected_option: z.object({ value: z.string() }).nullish().catch(null),
      }),
    )
    .min(1),
});

const submissionSchema = z.object({
  user: who,
  view: z.looseObject({ id: idSchema, blocks: z.array(z.looseObject({ type: maybeText, block_id: maybeText })).catch([]) }),
});

const suggestionSchema = z.object({ action_id: z.string(), value: z.string().catch('') });

const messageActionSchema = z.object({
  callback_id: z.string(),
  user: who,
  channel: z.object({ id: idSchema }),
  response_url: maybeText,
  action_ts: secondsSchema.nullish().catch(null),
  message: z.looseObject({
    ts: tsSchema,
    thread_ts: tsSchema.nullish().catch(null),
    files: z.array(z.unknown()).catch([]),
    blocks: z.array(z.unknown()).catch([]),
  }),
});

const imageBlockSchema = z.object({ type: z.literal('image'), slack_file: z.object({ id: idSchema }) });

/** Classifies the JSON of an interaction. Pure. `nowMs`: where Slack does not say when it was. */
export function parseInteraction(body: unknown, nowMs: number): Interaction {
  const type = z.looseObject({ type: z.string() }).safeParse(body);
  if (!type.success) return { kind: 'ignored', reason: 'malformed' };
  // Not `constructor`, or what else every object has.
  const parse = Object.hasOwn(parsers, type.data.type) ? parsers[type.data.type] : undefined;
  return parse ? (parse(body, nowMs) ?? { kind: 'ignored', reason: 'malformed' }) : { kind: 'ignored', reason: 'unknown-type' };
}

/** By Slack's type; null: not as it should be. */
const parsers: Record<string, (body: unknown, nowMs: number) => Interaction | null> = {
  block_actions: (body, nowMs) => {
    const parsed = pressSchema.safeParse(body);
    return parsed.success ? toPress(parsed.data, nowMs) : null;
  },
  view_submission: (body) => {
    const parsed = submissionSchema.safeParse(body);
    if (!parsed.success) return null;
    const { user, view } = parsed.data;
    const errorBlock = view.blocks.find(({ type }) => type === 'input')?.block_id ?? null;
    return { kind: 'submission', member: user.id, viewId: view.id, view, errorBlock };
  },
  view_closed: () => ({ kind: 'ignored', reason: 'view-closed' }),
  block_suggestion: (body) => {
    const parsed = suggestionSchema.safeParse(body);
    return parsed.success ? { kind: 'suggestion', actionId: parsed.data.action_id, typed: parsed.data.value } : null;
  },
  message_action: (body, nowMs) => {
    const parsed = messageActionSchema.safeParse(body);
    return parsed.success ? toRecognise(parsed.data, nowMs) : null;
  },
  shortcut: () => ({ kind: 'ignored', reason: 'other-shortcut' }),
};

function toPress(data: z.infer<typeof pressSchema>, nowMs: number): Interaction {
  const { user, channel, view } = data;
  const [action] = data.actions;
  const value = action?.selected_option?.value ?? action?.value;
  // A link, or a field of a dialog, asks for nothing.
  if (!action || typeof value !== 'string' || view?.type === 'modal') return { kind: 'ignored', reason: 'other-action' };
  const atMs = toMs(action.action_ts, nowMs);
  const { message_ts: messageId = null, thread_ts: threadId = null } = data.container ?? {};
  const where = channel ? channel.id : null;
  const { response_url: responseUrl = null } = data;
  return {
    kind: 'press',
    by: { member: user.id, channel: where, threadId, responseUrl },
    target: parseTarget(value),
    triggerId: data.trigger_id,
    // A button may be meant a second time, though not within seconds, and not while it looks the same.
    sameness: [where, messageId, user.id, value, shownIn(data), Math.floor(atMs / samePressMs)].join(' '),
    atMs,
  };
}

const shownIn = ({ message, view, container }: z.infer<typeof pressSchema>): string =>
  JSON.stringify([message?.blocks, container?.view_id, view?.hash]);

/** Two clicks of one person on one button within this time are one, as long as what is shown has not changed. Milliseconds. */
const samePressMs = 10_000;

function toRecognise(data: z.infer<typeof messageActionSchema>, nowMs: number): Interaction {
  const { callback_id: callback, user, channel, message } = data;
  if (callback !== recogniseShortcut) return { kind: 'ignored', reason: 'other-shortcut' };
  const attached = message.files.map((file) => eventFileSchema.safeParse(file)).flatMap(({ data: file }) => file ?? []);
  const shown = message.blocks
    .map((block) => imageBlockSchema.safeParse(block))
    .flatMap(({ data: block }) => (block ? eventFileSchema.parse({ id: block.slack_file.id, mimetype: 'image/*' }) : []));
  return {
    kind: 'recognise',
    by: { member: user.id, channel: channel.id, threadId: message.thread_ts ?? null, responseUrl: data.response_url ?? null },
    channel: channel.id,
    messageId: message.ts,
    files: [...attached, ...shown],
    atMs: toMs(data.action_ts, nowMs),
  };
}

const toMs = (seconds: string | null | undefined, nowMs: number): number => (seconds ? Math.round(Number(seconds) * 1_000) : nowMs);

/** A command as Slack sends it. */
export type SlackCommand =
  | { kind: 'command'; by: Clicker; name: string; text: string; triggerId: string }
  /** Slack looks whether our certificate is valid. */
  | { kind: 'certificate-check' }
  | { kind: 'malformed' };

const commandSchema = z.object({
  command: z.string().max(100).catch(''),
  user_id: idSchema,
  channel_id: idSchema.nullish().catch(null),
  text: z.string().catch(''),
  trigger_id: z.string().max(500).catch(''),
  response_url: maybeText,
});

/** Reads the fields of a command. Pure. */
export function parseCommand(body: unknown): SlackCommand {
  if (z.looseObject({ ssl_check: z.literal('1') }).safeParse(body).success) return { kind: 'certificate-check' };
  const parsed = commandSchema.safeParse(body);
  if (!parsed.success) return { kind: 'malformed' };
  const { user_id: member, channel_id: channel, command, text, trigger_id: triggerId, response_url: responseUrl } = parsed.data;
  const name = command.trim().toLowerCase();
  const by = { member, channel: channel ?? null, threadId: null, responseUrl: responseUrl ?? null };
  return { kind: 'command', by, name, text: name === rulesCommandName ? unescaped(text) : unescaped(withChannelNames(text)), triggerId };
}

const withChannelNames = (text: string): string => text.replaceAll(/<#[^<>|]*\|([^<>|]*)>/g, '#$1');

/** What somebody typed: Slack marks addresses, and escapes three characters, as in messages. Members and channels stay marked. */
function unescaped(text: string): string {
  return text
    .replaceAll(/<[a-z]+:[^<>|]*\|([^<>|]*)>/g, '$1')
    .replaceAll(/<([a-z]+:[^<>|]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
