import type { Tracer } from '@watchpost/shared/observability/tracing';

/** The same, but each call is a span that says what came of it. `name`: what a platform sent, such as `slack event`. */
export function traced<A extends unknown[], R extends { outcome: string }>(
  tracer: Tracer,
  name: string,
  take: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) =>
    tracer.span(name, { kind: 'server' }, async (span) => {
      const taken = await take(...args);
      span.set({ 'watchpost.outcome': taken.outcome });
      return taken;
    });
}
