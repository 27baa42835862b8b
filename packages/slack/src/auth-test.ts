import type { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';

/** Asks Slack who we are. Where it does not accept the token, the error's message says what to do; rejects as SlackCall otherwise. */
export async function authTest<S extends z.ZodType>(call: SlackCall, schema: S, signal: AbortSignal): Promise<z.output<S>> {
  try {
    return await call('auth.test', {}, schema, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'repairable') throw error;
    const repair = 'check SLACK_API_TOKEN: it must be the bot token of the installed app';
    throw new AppError(error.code, `Slack does not accept the bot token (${error.message}): ${repair}`, { cause: error });
  }
}
