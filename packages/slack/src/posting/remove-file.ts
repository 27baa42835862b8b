import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from '../calls.ts';
import { readyFile } from './ready-file.ts';
import { seenGone } from './seen-gone.ts';

const anything = z.looseObject({});

export interface RemovingFile {
  call: SlackCall;
  /** The waits before it is looked again whether a deleted one is gone, milliseconds. */
  readBackAfterMs: readonly number[];
}

/** Deletes a file of ours wherever it is shown, and looks whether it is gone; one that is gone is no error. Rejects as seenGone. */
export async function removeFile({ call, readBackAfterMs }: RemovingFile, fileId: string, signal: AbortSignal): Promise<void> {
  try {
    await call('files.delete', { file: fileId }, anything, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-gone') return;
    throw error;
  }
  const isThere = async () => (await readyFile(call, fileId, [], signal)).state !== 'gone';
  await seenGone('file', isThere, readBackAfterMs, signal);
}
