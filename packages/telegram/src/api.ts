import { Api, HttpError, type Transformer } from 'grammy';
import { AppError } from '@watchpost/shared/errors';
import { watchNothing, type ObserveCall } from '@watchpost/shared/observability/observe-calls';
import { throwIfAborted, within } from '@watchpost/shared/wait';
import { z } from 'zod';
import { fromRefusal } from './errors.ts';
import { createWithoutTimes } from './without-times.ts';

/** The Bot API's methods, typed by grammY. A call that waits is given `signalOf(signal)`. */
export type TelegramApi = Api;

/** What grammY's types call a signal: a polyfill's. */
type GrammySignal = NonNullable<Parameters<Api['getMe']>[0]>;

/** grammY only listens to it, which Node's own signal can do as well. */
const isListenable = (signal: unknown): signal is GrammySignal => signal instanceof AbortSignal;

/** A signal as grammY's methods take it. */
export function signalOf(signal: AbortSignal): GrammySignal {
  if (isListenable(signal)) return signal;
  throw new AppError('internal', 'not a signal');
}

export interface TelegramApiOptions {
  token: string;
  /** Of the Bot API, without a slash at its end. */
  apiUrl: string;
  /** For one call, milliseconds. A long poll's own time comes on top. */
  timeoutMs: number;
  /** For a call that carries a file, milliseconds. Default 120,000. */
  uploadTimeoutMs?: number;
  /** Called when Telegram says that a group has another number now. From then on calls that send go there. */
  onMigrated?: (from: number, to: number) => void;
  /** Called when Telegram wants no more calls about a chat for a while. Milliseconds. A limit of a method that is about no chat is its own. */
  onLimited?: (chat: string, forMs: number) => void;
  /** Watches each call. */
  observe?: ObserveCall | undefined;
}

const answerSchema = z.discriminatedUnion('ok', [
  z.looseObject({ ok: z.literal(true), result: z.unknown() }),
  z.looseObject({
    ok: z.literal(false),
    error_code: z.number(),
    description: z.string(),
    parameters: z
      .looseObject({ retry_after: z.number().optional().catch(undefined), migrate_to_chat_id: z.number().optional().catch(undefined) })
      .optional()
      .catch(undefined),
  }),
]);

const payloadSchema = z.looseObject({
  chat_id: z.union([z.number(), z.string()]).optional().catch(undefined),
  timeout: z.number().optional().catch(undefined),
});

/** These say something new; a message's number means something in its own chat only. */
const isSending = (method: string): boolean => /^(send|getChat|leaveChat|copyMessage|forwardMessage)/.test(method);

/** Methods that carry a file, as a rule. */
const isUpload = (method: string): boolean => /^(send(?!Message|ChatAction)|editMessageMedia)/.test(method);

/** A long poll waits by itself. `timeout`: seconds. */
const pollMs = (method: string, timeout = 0): number => (method === 'getUpdates' ? timeout * 1_000 : 0);

type Answer = z.infer<typeof answerSchema>;
type Refusal = Extract<Answer, { ok: false }>;

/** Calls of the Bot API. They reject with AppErrors, in which the token never appears: an error of the network is told by its code only. */
export function createTelegramApi(options: TelegramApiOptions): TelegramApi {
  const { token, apiUrl, timeoutMs, uploadTimeoutMs = 120_000, onLimited, observe = watchNothing.call } = options;
  const api = new Api(token, { apiRoot: apiUrl, timeoutSeconds: Math.max(uploadTimeoutMs, timeoutMs + 60_000) / 1_000 });
  const groups = createMoves(options.onMigrated);

  const transform: Transformer = async (prev, method, payload, given) => {
    const { chat_id: chat, timeout } = payloadSchema.parse(payload ?? {});
    const outer = given instanceof AbortSignal ? given : new AbortController().signal;
    throwIfAborted(outer);
    const inner = within(outer, isUpload(method) ? uploadTimeoutMs : timeoutMs + pollMs(method, timeout));
    const ask = async (args: typeof payload) => {
      const response = await prev(method, args, signalOf(inner)).catch((error: unknown) => {
        if (outer.aborted) throw new AppError('aborted', `${method}: stopped before it was answered`);
        throw unanswered(method, inner.aborted ? 'timed out' : reasonOf(error));
      });
      return { response, refusal: refusalOf(method, response) };
    };
    const askAt = (to: number | undefined) => ask(to === undefined ? payload : Object.assign({}, payload, { chat_id: to }));
    const known = isSending(method) ? groups.now(chat) : undefined;
    const first = await askAt(known);
    const to = groups.learn(chat, first.refusal);
    const isToFollow = to !== undefined && isSending(method) && known === undefined;
    const { response, refusal } = isToFollow ? await askAt(to) : first;
    if (!refusal) return response;
    const error = fromRefusal(method, refusal);
    if (error.code === 'chat-rate-limited' && chat !== undefined) onLimited?.(chat.toString(), error.retryAfterMs ?? 0);
    throw error;
  };
  const observed: Transformer = async (prev, method, payload, given) =>
    observe(method, async () => transform(prev, method, payload, given));
  // The first is nearest to Telegram.
  api.config.use(createWithoutTimes(), observed);
  return api;
}

/** Null: Telegram has done it. */
function refusalOf(method: string, response: unknown): Refusal | null {
  const { data: answer } = answerSchema.safeParse(response);
  if (!answer) throw unanswered(method, 'the response was not Telegram’s');
  return answer.ok ? null : answer;
}

/** Groups that have another number now. */
function createMoves(onMigrated: TelegramApiOptions['onMigrated']) {
  const movedTo = new Map<string, number>();
  return {
    now: (chat: number | string | undefined): number | undefined => (chat === undefined ? undefined : movedTo.get(String(chat))),
    /** The new number, where a refusal says it. */
    learn: (chat: number | string | undefined, refusal: Refusal | null): number | undefined => {
      const to = refusal?.parameters?.migrate_to_chat_id;
      if (to === undefined || chat === undefined) return undefined;
      if (!movedTo.has(String(chat))) onMigrated?.(Number(chat), to);
      movedTo.set(String(chat), to);
      return to;
    },
  };
}

/** Whether Telegram has done it, nobody knows. */
const unanswered = (method: string, why: string): AppError => new AppError('chat-unavailable', `${method}: no answer (${why})`);

/** Why there was no answer, in a word: the message of an error of the network holds the address, and that the token. */
function reasonOf(thrown: unknown): string {
  const error = thrown instanceof HttpError ? thrown.error : thrown;
  if (typeof error !== 'object' || error === null) return 'connection failed';
  for (const key of ['code', 'type']) {
    const word: unknown = Reflect.get(error, key);
    if (typeof word === 'string' && /^[\w-]{1,40}$/.test(word)) return word;
  }
  return error instanceof SyntaxError ? 'not JSON' : 'connection failed';
}
