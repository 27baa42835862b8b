import { AppError } from '@watchpost/shared/errors';
import { raceWithin } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { streamTo } from '../../live/stream.ts';

/** All streams of this process together. */
const mostStreams = 500;
/** Of one session, or of one who has none. */
const mostOfOne = 20;

/** For the look whether somebody may still listen, milliseconds. */
const patienceMs = 10_000;

/** What pages listen to. */
export function registerLive(app: ConsoleApp, { live, authenticate, stopping }: ConsoleDeps): void {
  app.get(
    '/api/live',
    {
      schema: {
        summary: 'A stream of what changes (server-sent events): each event `change` names a topic, and which of it where that is known',
        tags: ['live'],
        response: { 200: z.string() },
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const by = request.sessionId ?? request.user?.id ?? '';
      if (live.count() >= mostStreams || live.count(by) >= mostOfOne)
        throw new AppError('request-rate-limited', 'too many pages listen already', { retryAfterMs: 10_000 });
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
      // A proxy that collects before it passes on would hold changes back.
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      const mayLook = async (): Promise<boolean> =>
        (await raceWithin(async (limit) => authenticate(request, false, limit), stopping, patienceMs)) !== null;
      streamTo(reply.raw, { live, by, mayLook }, stopping);
    },
  );
}
