import type { FastifyInstance } from 'fastify';
import type { IngestMetrics } from '../../metrics.ts';
import { readForm, readJson, type AuthenticateOptions } from './authenticate.ts';
import type { TakeCommand, TakeInteraction } from './interactions/take.ts';
import { registerSigned } from './signed-scope.ts';
import type { TakeEvent } from './take-event.ts';

export interface SlackRouteDeps extends AuthenticateOptions {
  takeEvent: TakeEvent;
  takeInteraction: TakeInteraction;
  takeCommand: TakeCommand;
  countRedelivery: (reason: string) => void;
  ingestMetrics: Pick<IngestMetrics, 'request' | 'interaction'>;
}

/**
 * Slack's routes: `POST /api/events`, `/api/interactions` and `/api/commands`. Each verifies that Slack sent the request, and responds once
 * the queue has what follows from it.
 */
export function registerSlackRoutes(app: FastifyInstance, deps: SlackRouteDeps): void {
  const { takeEvent, takeInteraction, takeCommand, countRedelivery, ingestMetrics } = deps;
  registerSigned(app, {
    ...deps,
    contentType: 'application/json',
    read: readJson,
    observe: ingestMetrics.request,
    routes: {
      '/api/events': async ({ body, retryReason, timeLeftMs }) => {
        if (retryReason !== null) countRedelivery(retryReason);
        return takeEvent.delivery(body, timeLeftMs);
      },
    },
  });
  registerSigned(app, {
    ...deps,
    contentType: 'application/x-www-form-urlencoded',
    read: readForm,
    observe: ingestMetrics.interaction,
    routes: {
      '/api/interactions': async ({ body, timeLeftMs }) => takeInteraction(body, timeLeftMs),
      '/api/commands': async ({ body, timeLeftMs }) => takeCommand(body, timeLeftMs),
    },
  });
}
