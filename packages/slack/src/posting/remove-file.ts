import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from '../calls.ts';

const anything = z.looseObject({});

/** Deletes a file of ours wherever it is shown; one that is gone is no error. Rejects as SlackCall. */
export async function removeFile(call: SlackCall, fileId: string, signal: AbortSignal): Promise<void> {
  try {
    await call('files.delete', { file: fileId }, anything, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'file-gone') throw error;
  }
}
