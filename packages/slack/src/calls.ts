import { LogLevel, WebClient, type Logger as SlackLogger } from '@slack/web-api';
import type { z } from 'zod';
import { raceAbort } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import { fromSlackError } from './errors.ts';

/** Calls one Web API method and parses its response. Rejects with an AppError. */
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
    let response: unknown;
    try {
      response = await raceAbort(client.apiCall(method, args), signal);
    } catch (error) {
      throw fromSlackError(method, error);
    }
    const parsed = schema.safeParse(response);
    if (!parsed.success) throw new AppError('chat-unavailable', `${method}: unexpected response`, { cause: parsed.error });
    return parsed.data;
  };
}
