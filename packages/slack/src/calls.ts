import { LogLevel, WebClient, type Logger as SlackLogger } from '@slack/web-api';
import type { z } from 'zod';
import { raceAbort } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import { fromSlackError } from './errors.ts';

/** Calls one Web API method and parses its answer. Rejects with an AppError. */
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
}

// The client's own lines can hold arguments; what matters reaches our log as an AppError.
const silent: SlackLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A Web API client that fails fast: one try, no waiting on a rate limit. The queue does the waiting. */
export function createSlackCalls({ token, apiUrl, timeoutMs }: SlackClientOptions): SlackCall {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: 10,
    logger: silent,
  });
  return async (method, args, schema, signal) => {
    let answer: unknown;
    try {
      answer = await raceAbort(client.apiCall(method, args), signal);
    } catch (error) {
      throw fromSlackError(method, error);
    }
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new AppError('chat-unavailable', `${method}: unexpected answer`, { cause: parsed.error });
    return parsed.data;
  };
}
