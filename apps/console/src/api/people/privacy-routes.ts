import { PassThrough } from 'node:stream';
import { openPrivacy, type Privacy } from '@watchpost/privacy/open-privacy';
import { retentionSettings } from '@watchpost/privacy/retention/settings';
import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorOf } from '../../sign-in/actor.ts';
import { createConsoleLog } from '../../sign-in/console-log.ts';
import { knownPerson } from './person-page.ts';
import { consentBody, consentSchema, personParams as params } from './schema.ts';

const tags = ['People'];
/** An export reads all that is kept of somebody; milliseconds. */
const exportMs = 600_000;
const mostExports = 2;

/** Consent, and everything that is kept about one person: what the tab Privacy asks for. */
export function registerPersonPrivacy(app: ConsoleApp, deps: ConsoleDeps): void {
  registerConsent(app, deps);
  registerExport(app, deps);
}

async function ready({ database, config }: ConsoleDeps, signal: AbortSignal) {
  const parts = database.parts();
  await parts.gallery.ready(signal);
  const privacy: Privacy = openPrivacy(parts, retentionSettings(config));
  return { ...privacy, parts };
}

function registerConsent(app: ConsoleApp, deps: ConsoleDeps): void {
  const isRequired = deps.config.REQUIRE_CONSENT === 'name';
  app.get(
    '/api/people/:id/consent',
    {
      config: { role: 'editor' },
      schema: { summary: 'Whether somebody consents, and who noted it', tags, params, response: { 200: consentSchema } },
    },
    async ({ params: { id }, ending: signal }) => {
      const { consents, parts } = await ready(deps, signal);
      return { ...shown(await consents.get(knownPerson(parts.mirror, id).id, signal)), isRequired };
    },
  );
  app.put(
    '/api/people/:id/consent',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'Notes whether somebody consents; posts that show them are said again',
        tags,
        params,
        body: consentBody,
        response: { 200: consentSchema },
      },
    },
    async (request) => {
      const { consents, parts } = await ready(deps, request.ending);
      const { id } = knownPerson(parts.mirror, request.params.id);
      const { state, note } = request.body;
      const noted = await consents.set(id, { state, note: note?.trim() ? note.trim() : null }, actorOf(request), request.ending);
      return { ...shown(noted), isRequired };
    },
  );
}

const shown = (consent: Awaited<ReturnType<Privacy['consents']['get']>>) =>
  consent.state === 'unknown'
    ? { state: consent.state, atMs: null, by: null, note: null }
    : { state: consent.state, atMs: consent.atMs, by: consent.by, note: consent.note };

function registerExport(app: ConsoleApp, deps: ConsoleDeps): void {
  let running = 0;
  app.get(
    '/api/people/:id/export',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'All that is kept about one person, as a zip of JSON and pictures; who took it stands in the log',
        tags,
        params,
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const { parts, exportZip } = await ready(deps, request.ending);
      const { id } = knownPerson(parts.mirror, request.params.id);
      if (running >= mostExports)
        throw new AppError('request-rate-limited', 'other exports are being made: please wait a moment', { retryAfterMs: 10_000 });
      running += 1;
      const zip = new PassThrough();
      try {
        await noteDisclosure(deps, { id, actor: actorOf(request), where: request.ip }, request.ending);
      } catch (error) {
        running -= 1;
        throw error;
      }
      exportZip(id, zip, within(deps.stopping, exportMs))
        .catch((err: unknown) => {
          if (!zip.errored && !zip.destroyed) zip.destroy();
          if (!deps.stopping.aborted) deps.log.warn({ err }, 'an export of a person ended early');
        })
        .finally(() => {
          running -= 1;
        });
      const name = `watchpost-person-${id.slice(0, 8)}.zip`;
      return reply.type('application/zip').header('content-disposition', `attachment; filename="${name}"`).send(zip);
    },
  );
}

/**
 * On record before anything is given away: in the person's own history, which is erased with the person, and in the console's log, which
 * names nobody.
 */
async function noteDisclosure(
  { database, live }: ConsoleDeps,
  { id, actor, where }: { id: string; actor: ReturnType<typeof actorOf>; where: string },
  signal: AbortSignal,
): Promise<void> {
  const { operations, documents } = database.parts();
  await operations.note(id, { action: 'export', words: 'all data exported' }, actor, signal);
  const detail = 'All that is kept about a person';
  await createConsoleLog(documents).record({ what: 'exported', actor: actor.id, where, detail }, signal);
  live.announce({ topic: 'log' });
}
