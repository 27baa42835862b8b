import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Role, User } from './sign-in/user.ts';

/** The application with routes whose schemas are zod's: they check requests and answers, and describe the API. */
export type ConsoleApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use a route of the API; absent: whoever is signed in may look. A route that changes something names one. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Whoever is signed in; null on the few routes for those who are not. */
    user: User | null;
  }
}
