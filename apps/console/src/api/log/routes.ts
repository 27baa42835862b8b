import { within } from '@watchpost/shared/wait';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { readLog } from './read-log.ts';
import { logPage, logQuery } from './schema.ts';

/** Milliseconds. */
const patienceMs = 5_000;

/** What the page Log asks for. */
export function registerLog(app: ConsoleApp, { shownTo, now }: ConsoleDeps): void {
  app.get(
    '/api/log',
    {
      schema: {
        summary: 'Everything that anybody changed, and who signed in, newest first; the requests behind it with source=requests',
        tags: ['log'],
        querystring: logQuery,
        response: { 200: logPage },
      },
    },
    async (request) => readLog(await shownTo(request), request.query, now(), within(request.ending, patienceMs)),
  );
}
