import type { Actor } from '@watchpost/gallery/domain';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyRequest } from 'fastify';
import type { User } from './user.ts';

/** Whoever is signed in; on every route but those that are `open` there is somebody. Throws `request-unauthorised` else. */
export function userOf(request: FastifyRequest): User {
  if (!request.user) throw new AppError('request-unauthorised', 'please sign in');
  return request.user;
}

/** Whoever asks for a change, for the gallery's audit. */
export const actorOf = (request: FastifyRequest): Actor => ({ id: userOf(request).id, where: 'console' });

/** The same for audits that keep one text: `console:ada@example.org`. */
export const actorIdOf = (request: FastifyRequest): string => userOf(request).id;
