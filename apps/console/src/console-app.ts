import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
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

/** An answer that is being made. */
export type ConsoleReply = FastifyReply;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use a route of the API; absent: whoever is signed in may look. A route that changes something names one. */
    role?: Role;
    /** For those who are not signed in: only what signing in needs. */
    open?: boolean;
  }
  interface FastifyRequest {
    /** Whoever is signed in; null on the few routes for those who are not. */
    user: User | null;
    /** What the cookie holds; null: signed in by another way, or not at all. */
    sessionId: string | null;
    /** What a change must carry in `x-csrf-token`. */
    csrfToken: string;
    /** Aborts when the console stops, when an answer takes too long and, where nothing is changed, when whoever asked has left. */
    ending: AbortSignal;
  }
}
