import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import type { Picture } from '@watchpost/shared/chat/chat';
import { isRefusal } from '../errors.ts';
import { uploadPicture, type UploadOptions } from '../upload.ts';

const anything = z.looseObject({});

/** Uploads a picture that no channel shows. What a crash leaves behind nobody sees. Resolves to the file's id. */
export async function uploadPrivately(picture: Picture, options: UploadOptions, signal: AbortSignal): Promise<string> {
  const id = await uploadPicture(picture, options, signal);
  const { call, inPlace } = options;
  let failures = 0;
  let mayBeDone = false;
  const complete = async (): Promise<void> => {
    try {
      await call('files.completeUploadExternal', { files: [{ id, title: picture.title }] }, anything, signal);
    } catch (error) {
      // It works once. After a lost answer this means that it has worked.
      if (mayBeDone && error instanceof AppError && error.code === 'file-gone') return;
      if (error instanceof AppError && error.code === 'file-gone')
        throw new AppError('upload-failed', 'Slack does not know the picture that it has just taken', { cause: error });
      if (!isRefusal(error)) mayBeDone = true;
      throw error;
    }
  };
  const retryIf = (error: unknown): boolean => {
    failures += 1;
    return (
      error instanceof AppError && error.retry === 'transient' && failures < inPlace.tries && (error.retryAfterMs ?? 0) < inPlace.forMs
    );
  };
  await retry(complete, { backoff: inPlace.backoff, retryIf, onRetry: () => undefined }, signal);
  return id;
}
