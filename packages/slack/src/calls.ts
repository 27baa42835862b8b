import { LogLevel, WebClient, type Logger as SlackLogger } from '@slack/web-api';
import { z } from 'zod';
import { throwIfAborted, within } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import { watchNothing, type ObserveCall } from '@watchpost/shared/observability/observe-calls';
import { fromSlackError } from './errors.ts';
import { rateLimited } from './rate-limit.ts';

/** Calls one Web API method and parses its response. Rejects with an AppError. An abort cancels the request itself. */
export type SlackCall = <S extends z.ZodType>(
  method: string,
  args: Record<string, unknown>,
  schema: S,
  signal: AbortSignal,
) => Promise<z.output<S>>;

export interface SlackClientOptions {
  token: string;
  /** `SLACK_API_URL`. */
  apiUrl: string;
  timeoutMs: number;
  /** Watches each call. */
  observe?: ObserveCall | undefined;
}

/** What every answer of Slack's says. */
const answerSchema = z.looseObject({ ok: z.boolean() });

// The client's own log lines can contain arguments; its errors reach our log as AppErrors.
const silent: SlackLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A Web API client that fails fast: one attempt, no waiting for a rate limit to pass. The queue retries. */
export function createSlackCalls({ observe = watchNothing.call, ...client }: SlackClientOptions): SlackCall {
  const once = createOneCall(client);
  return async (method, args, schema, signal) => observe(method, async () => once(method, args, schema, signal));
}

function createOneCall({ token, apiUrl, timeoutMs }: SlackClientOptions): SlackCall {
  return async (method, args, schema, signal) => {
    throwIfAborted(signal);
    // The client's methods take no signal, only its `fetch` can have one: so each call has a client of its own, which holds no connection.
    const client = new WebClient(token, {
      slackApiUrl: apiUrl,
      timeout: timeoutMs,
      retryConfig: { retries: 0 },
      fetch: fetchFor(method, within(signal, timeoutMs)),
      logger: silent,
    });
    let response: unknown;
    try {
      response = await client.apiCall(method, args);
    } catch (error) {
      if (signal.aborted) throw new AppError('aborted', `${method}: stopped before it was answered`, { cause: signal.reason });
      throw fromSlackError(method, error);
    }
    const parsed = schema.safeParse(response);
    if (!parsed.success) throw new AppError('chat-unavailable', `${method}: unexpected response`, { cause: parsed.error });
    return parsed.data;
  };
}

/** `fetch` for one call: ends with `signal`, not with the client's own, and refuses what the client would misunderstand. */
function fetchFor(method: string, signal: AbortSignal): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, { ...init, signal });
    let refusal: AppError | null = null;
    if (response.status === 429) refusal = rateLimited(method, response.headers.get('retry-after'));
    else if (response.status !== 200) return response;
    else if (!/^application\/json\b/i.test(response.headers.get('content-type') ?? ''))
      refusal = new AppError('chat-unavailable', `${method}: the response was not JSON`);
    if (refusal) {
      await response.body?.cancel();
      throw refusal;
    }
    const text = await response.text();
    // The client would take any other text for Slack's own error code.
    if (!isAnswer(text)) throw new AppError('chat-unavailable', `${method}: the response was not Slack’s`);
    return new Response(text, { headers: response.headers });
  };
}

function isAnswer(text: string): boolean {
  try {
    return answerSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
