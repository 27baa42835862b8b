import { openPrivacy } from '@watchpost/privacy/open-privacy';
import { retentionSettings } from '@watchpost/privacy/retention/settings';
import { within } from '@watchpost/shared/wait';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { describeSystem } from './describe-system.ts';
import { storageAnswer, systemAnswer } from './schema.ts';

/** Milliseconds. */
const patienceMs = 10_000;

/** What the page System asks for. */
export function registerSystem(app: ConsoleApp, deps: ConsoleDeps): void {
  const { config, database, now, stopping } = deps;
  const startedAtMs = now();
  app.get(
    '/api/system',
    { schema: { summary: 'Versions, processes, database, queue and open alerts', tags: ['system'], response: { 200: systemAnswer } } },
    async () => describeSystem(deps, startedAtMs, within(stopping, patienceMs)),
  );
  const summary = 'Each class of data: how much there is, how long it is kept, and what is deleted next';
  app.get('/api/system/storage', { schema: { summary, tags: ['system'], response: { 200: storageAnswer } } }, async () =>
    openPrivacy(database.parts(), retentionSettings(config)).reportRetention(within(stopping, patienceMs)),
  );
}
