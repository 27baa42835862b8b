import { slackFileSchema } from '@watchpost/slack/file';
import { z } from 'zod';

/** Ids become part of job ids, so they must look like Slack's ids. */
export const idSchema = z.string().regex(/^[\w-]{1,64}$/);
export const tsSchema = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
const maybeId = z.string().nullish().catch(null);

export const eventFileSchema = slackFileSchema.extend({ id: idSchema, filetype: maybeId, user: maybeId });
export type EventFile = z.infer<typeof eventFileSchema>;

/** The part of a channel's message that we use. */
export interface SlackMessage {
  channel: string;
  /** Slack's ts. */
  messageId: string;
  /** Milliseconds since 1970. */
  postedAtMs: number;
  /** The first message of the thread, for a reply; else null. */
  threadId: string | null;
  author: { userId: string | null; botId: string | null; appId: string | null };
  text: string;
  files: EventFile[];
  /** How many entries of its file list are not file objects, or have no usable id. */
  malformedFiles: number;
}

/** What Slack delivered. Everything unknown is `ignored`: Slack adds types and fields without notice. */
export type Delivery =
  | { kind: 'handshake'; challenge: string }
  | { kind: 'rate-limited'; minute: number | null }
  | { kind: 'message'; message: SlackMessage; ourAppId: string | null }
  /** Somebody opened the app's own page. */
  | { kind: 'home'; member: string; eventId: string }
  | { kind: 'ignored'; reason: 'unknown-type' | 'other-event' | 'other-subtype' | 'malformed' };

const handshakeSchema = z.object({ type: z.literal('url_verification'), challenge: z.string().max(4_096) });
const rateLimitedSchema = z.object({ type: z.literal('app_rate_limited'), minute_rate_limited: z.number().nullish().catch(null) });
const callbackSchema = z.object({
  type: z.literal('event_callback'),
  api_app_id: maybeId,
  event: z.looseObject({ type: z.string(), subtype: maybeId }),
});

/** Of the tab with the app's page; the other one shows its messages. */
const homeSchema = z.object({ tab: z.literal('home'), user: idSchema, event_ts: z.coerce.string().regex(/^[\d.]{1,32}$/) });

const messageSchema = z.object({
  channel: idSchema,
  ts: tsSchema,
  thread_ts: maybeId,
  user: maybeId,
  bot_id: maybeId,
  app_id: maybeId,
  bot_profile: z.object({ app_id: maybeId }).nullish().catch(null),
  text: z.string().nullish().catch(null),
  /** Missing in a message without files. */
  files: z.unknown().optional(),
});

/**
 * Messages that can have files: plain ones, uploads, those of integrations, and thread replies also sent to the channel.
 * The others (edits, deletions, joins …) repeat files that we have seen, or have none.
 */
const subtypes = new Set<string | undefined>([undefined, 'file_share', 'bot_message', 'thread_broadcast']);

/** Classifies a request's JSON. Pure. Unknown fields are allowed. */
export function parseDelivery(body: unknown): Delivery {
  const handshake = handshakeSchema.safeParse(body);
  if (handshake.success) return { kind: 'handshake', challenge: handshake.data.challenge };
  const limited = rateLimitedSchema.safeParse(body);
  if (limited.success) return { kind: 'rate-limited', minute: limited.data.minute_rate_limited ?? null };
  const callback = callbackSchema.safeParse(body);
  if (!callback.success) return { kind: 'ignored', reason: 'unknown-type' };
  const { event, api_app_id: ourAppId } = callback.data;
  if (event.type === 'app_home_opened') {
    const home = homeSchema.safeParse(event);
    return home.success
      ? { kind: 'home', member: home.data.user, eventId: home.data.event_ts }
      : { kind: 'ignored', reason: 'other-event' };
  }
  if (event.type !== 'message') return { kind: 'ignored', reason: 'other-event' };
  if (!subtypes.has(event.subtype ?? undefined)) return { kind: 'ignored', reason: 'other-subtype' };
  const parsed = messageSchema.safeParse(event);
  if (!parsed.success) return { kind: 'ignored', reason: 'malformed' };
  return { kind: 'message', message: toMessage(parsed.data), ourAppId: ourAppId ?? null };
}

/** The event of a delivery, whatever it is about; null: it has none. Pure. */
export function eventOf(body: unknown): { event: { type: string }; ourAppId: string | null } | null {
  const callback = callbackSchema.safeParse(body);
  return callback.success ? { event: callback.data.event, ourAppId: callback.data.api_app_id ?? null } : null;
}

/** The legacy verification token in a request's JSON; every kind of request has it at the top level. */
export function tokenOf(body: unknown): string | null {
  const parsed = z.object({ token: z.string() }).safeParse(body);
  return parsed.success ? parsed.data.token : null;
}

function toMessage(message: z.infer<typeof messageSchema>): SlackMessage {
  // Anything else in the place of the list counts as one entry of it, so that it is noticed.
  const listed: unknown[] = Array.isArray(message.files) ? message.files : [message.files ?? []].flat();
  const parsed = listed.map((file) => eventFileSchema.safeParse(file));
  const files = parsed.flatMap((file) => (file.success ? [file.data] : []));
  return {
    channel: message.channel,
    messageId: message.ts,
    postedAtMs: Math.round(Number(message.ts) * 1_000),
    threadId: message.thread_ts ?? null,
    author: {
      userId: message.user ?? null,
      botId: message.bot_id ?? null,
      appId: message.app_id ?? message.bot_profile?.app_id ?? null,
    },
    text: message.text ?? '',
    files,
    malformedFiles: parsed.length - files.length,
  };
}
