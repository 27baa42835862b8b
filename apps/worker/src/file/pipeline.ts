import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { AppError } from '@watchpost/shared/errors';

export function createFileHandler(): JobHandler<'file'> {
  return async () => Promise.reject(new AppError('internal', 'not made yet'));
}
