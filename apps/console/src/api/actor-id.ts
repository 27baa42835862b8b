import type { FastifyRequest } from 'fastify';
import { AppError } from '@watchpost/shared/errors';

/** Who asks, for the audit: `console:ada@example.org`. Throws `request-unauthorised` where nobody is signed in. */
export function actorId({ user }: Pick<FastifyRequest, 'user'>): string {
  if (user) return user.id;
  throw new AppError('request-unauthorised', 'sign in first');
}
