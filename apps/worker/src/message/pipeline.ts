import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { AppError } from '@watchpost/shared/errors';

export function createMessageHandler(): JobHandler<'message'> {
  return async () => Promise.reject(new AppError('internal', 'not made yet'));
}
