import { AppError } from '@watchpost/shared/errors';
import { visitorOf } from '@watchpost/visits/compose';
import { viewVisit } from '@watchpost/visits/view-visits';
import { changeVisit, createVisits, type Visits } from '@watchpost/visits/visits';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorOf } from '../../sign-in/actor.ts';
import { knownCameras } from './known-cameras.ts';
import { parsePlace, placeText } from './place.ts';
import { checkMayUndo } from '../../people/undo-role.ts';
import { sayAbout, undoAll } from './say.ts';
import { camerasOfPageSchema, namesSchema, saidSchema, sayingSchema, undoSchema, visitsPageSchema, visitsQuerySchema } from './schema.ts';
import { visitsPage } from './visits-page.ts';

const tags = ['Now'];
const visitorParams = z.object({ id: z.string().max(200), number: z.coerce.number().int() });

/** What the page Now asks for. */
export function registerNow(app: ConsoleApp, deps: ConsoleDeps): void {
  registerList(app, deps);
  registerSayings(app, deps);
  registerNames(app, deps);
}

const visitsIn = ({ database, config }: Pick<ConsoleDeps, 'database' | 'config'>): Visits =>
  createVisits(database.parts().documents, { keepMs: config.SIGHTINGS_KEEP_DAYS * 86_400_000 });

function registerList(app: ConsoleApp, deps: ConsoleDeps): void {
  const { cameras, shownTo, now } = deps;

  app.get(
    '/api/visits',
    {
      schema: {
        summary: 'Visits, the newest first, with who was there as the gallery says now',
        tags,
        querystring: visitsQuerySchema,
        response: { 200: visitsPageSchema },
      },
    },
    async (request) => {
      const { camera, kind, cursor, limit } = request.query;
      const { ending: signal } = request;
      const { gallery, questions } = await shownTo(request);
      await gallery.ready(signal);
      return visitsPage(
        { place: camera === undefined ? null : parsePlace(camera), kind: kind ?? null, after: cursor ?? null, limit },
        {
          visits: visitsIn(deps),
          questions,
          person: (id) => gallery.person(id, signal),
          windowMs: ({ channel, camera: name }) => cameras.settingsOf(channel, name).visitWindowMs,
          now,
        },
        signal,
      );
    },
  );
}

function registerSayings(app: ConsoleApp, deps: ConsoleDeps): void {
  const { database } = deps;

  app.post(
    '/api/visits/:id/visitors/:number/say',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'Says who somebody in a visit is, or is not',
        tags,
        params: visitorParams,
        body: sayingSchema,
        response: { 200: saidSchema },
      },
    },
    async (request) => {
      const { ending: signal } = request;
      const { gallery, operations, questions } = database.parts();
      const { id, number } = request.params;
      const visit = await visitsIn(deps).get(id, signal);
      if (!visit) throw new AppError('visit-missing', 'there is no such visit: it has expired, or a restore has taken it away');
      const { view } = await viewVisit(visit, questions, signal);
      const visitor = visitorOf(view, visit, number);
      if (!visitor) throw new AppError('change-refused', `the visit has no number ${String(number)} any more`);
      const { best, faces, person, standing } = visitor;
      const others = faces.filter((face) => face.snapshotId !== best.snapshotId || face.position !== best.position);
      const subject = {
        faces: [best, ...others],
        called: String(number),
        personId: standing === 'uncertain' ? null : (person?.id ?? null),
      };
      const said = await sayAbout(subject, request.body, actorOf(request), { gallery, operations, questions }, signal);
      if (request.body.say === 'not') await noteDenied(visitsIn(deps), id, { number, notPerson: request.body.subject }, signal);
      return said;
    },
  );

  app.post(
    '/api/visits/undo',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'Takes back what was said, within ten minutes',
        tags,
        body: undoSchema,
        response: { 200: z.object({ undone: z.number().int() }) },
      },
    },
    async (request) => {
      const { ending: signal } = request;
      const { entries } = request.body;
      await checkMayUndo(entries, request.user, database.parts().kept.audit, signal);
      await undoAll(entries, actorOf(request), database.parts(), signal);
      return { undone: entries.length };
    },
  );
}

function registerNames(app: ConsoleApp, { database, cameras, shownTo, stopping, now }: ConsoleDeps): void {
  const names = knownCameras({ figures: () => database.parts().database.cameraFigures, cameras, now, stopping });

  app.get(
    '/api/camera-names',
    { schema: { summary: 'The cameras, by name', tags, response: { 200: camerasOfPageSchema } } },
    async ({ ending }) => ({
      cameras: (await names(ending)).map((name) => ({ ...name, place: placeText(name) })),
    }),
  );

  app.get(
    '/api/names',
    {
      schema: {
        summary: 'People whose name begins with some text, or contains it; those seen last for an empty one',
        tags,
        querystring: z.object({ text: z.string().max(400).default('') }),
        response: { 200: namesSchema },
      },
    },
    async (request) => {
      const { gallery, questions } = await shownTo(request);
      await gallery.ready(request.ending);
      return { people: questions.findPeople(request.query.text, 8).map(({ id, name, status }) => ({ id, name, status })) };
    },
  );
}

/** The visit's post goes on saying it. */
async function noteDenied(visits: Visits, id: string, said: { number: number; notPerson: string }, signal: AbortSignal): Promise<void> {
  await changeVisit(
    visits,
    id,
    (visit) =>
      visit.said.some(({ number, notPerson }) => number === said.number && notPerson === said.notPerson)
        ? null
        : { ...visit, said: [...visit.said, said] },
    signal,
  );
}
