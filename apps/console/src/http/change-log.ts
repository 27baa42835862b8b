import type { FastifyInstance } from 'fastify';
import { within } from '@watchpost/shared/wait';
import type { Topic } from '../live/topics.ts';
import { actorIdOf } from '../sign-in/actor.ts';
import { createConsoleLog } from '../sign-in/console-log.ts';
import type { ConsoleDeps } from '../deps.ts';

/** Milliseconds. */
const patienceMs = 5_000;

/** What a change by a route of the API may have changed, by the route's tag: other tabs are told at once. */
const changedBy: Readonly<Record<string, readonly Topic[]>> = {
  People: ['people', 'visits', 'pictures'],
  Now: ['people', 'visits', 'pictures'],
  Pictures: ['people', 'visits', 'pictures'],
  Cameras: ['cameras'],
  queue: ['queue'],
  rules: ['rules'],
  violations: ['violations'],
  feeds: ['feeds'],
  schedule: ['schedule', 'queue'],
  system: ['system'],
};

/**
 * Every change that went through the API leaves who made it, beside what the gallery, the rules and the feeds write themselves. Only the
 * route is noted, never what was sent, nor whom it was about: whoever is forgotten must not stay here by their id.
 */
export function registerChangeLog(app: FastifyInstance, { database, live, log, stopping }: ConsoleDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const { open, role } = request.routeOptions.config;
    const { url } = request.routeOptions;
    if (role === undefined || open || request.method === 'GET' || reply.statusCode >= 300 || !request.user || url?.startsWith('/api/sign-'))
      return;
    for (const topic of (request.routeOptions.schema?.tags ?? []).flatMap((tag) => changedBy[tag] ?? [])) live.announce({ topic });
    const what = request.routeOptions.schema?.summary ?? '';
    const entry = {
      what: 'change',
      actor: actorIdOf(request),
      where: request.ip,
      detail: `${what} (${request.method} ${url ?? ''})`,
    } as const;
    try {
      await createConsoleLog(database.parts().documents).record(entry, within(stopping, patienceMs));
      live.announce({ topic: 'log' });
    } catch (err) {
      log.warn({ err, route: url, actor: entry.actor }, 'a change of the console could not be noted in its log');
    }
  });
}
