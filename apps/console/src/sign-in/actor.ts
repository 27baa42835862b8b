import type { Actor } from '@watchpost/gallery/domain';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyRequest } from 'fastify';

/** Who asks for a change, for the audit. Throws `request-unauthorised` where nobody is signed in. */
export function actorOf({ user }: Pick<FastifyRequest, 'user'>): Actor {
  if (!user) throw new AppError('request-unauthorised', 'nobody is signed in');
  return { id: user.id, where: 'console' };
}
