import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import type { SlackCall } from '../calls.ts';
import { slackFileSchema, whyNoFile } from '../file.ts';

const fileInfo = z.looseObject({ file: slackFileSchema.extend({ permalink: z.string().nullish().catch(null) }) });

/** What Slack says about an uploaded picture. `processing`: no message can show it yet. `gone`: Slack does not have it any more. */
export type FileState = { state: 'ready' | 'processing'; permalink: string | null } | { state: 'gone' };

/** Waits until Slack has processed a picture, or for as long as `waitsMs` add up to. Rejects as SlackCall. */
export async function readyFile(call: SlackCall, fileId: string, waitsMs: readonly number[], signal: AbortSignal): Promise<FileState> {
  let file = await stateOf(call, fileId, signal);
  for (const waitMs of waitsMs) {
    if (file.state !== 'processing') break;
    await pause(waitMs, signal);
    file = await stateOf(call, fileId, signal);
  }
  return file;
}

async function stateOf(call: SlackCall, fileId: string, signal: AbortSignal): Promise<FileState> {
  try {
    const { file } = await call('files.info', { file: fileId }, fileInfo, signal);
    if (whyNoFile(file)) return { state: 'gone' };
    // Slack finds out what a file is when it processes it.
    return { state: file.mimetype ? 'ready' : 'processing', permalink: file.permalink ?? null };
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-gone') return { state: 'gone' };
    throw error;
  }
}
