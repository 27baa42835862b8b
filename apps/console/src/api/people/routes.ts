import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { pictureLimit } from '../../http/picture-limit.ts';
import type { Tally } from '../../people/tally.ts';
import { registerPeopleChanges } from './change-routes.ts';
import { changesOfPerson } from './changes.ts';
import { previewMerge } from './merge-preview.ts';
import { registerPersonPrivacy } from './privacy-routes.ts';
import { createPeoplePage } from './people-page.ts';
import { knownPerson, personPage } from './person-page.ts';
import {
  changesPageSchema,
  mergePreviewSchema,
  peoplePageSchema,
  peopleQuerySchema,
  personParams,
  personSchema,
  sightingsPageSchema,
  whenQuerySchema,
  whenSchema,
} from './schema.ts';
import { sightingsPage } from './sightings-page.ts';
import { whenSeen } from './when.ts';

export const tags = ['People'];
const pageQuery = z.object({ cursor: z.string().max(1_000).optional() });
/** A face's picture never changes; whoever is forgotten should not stay in a browser for long. Seconds. */
const cropAge = 600;

/** What the pages People and Person ask for. */
export function registerPeople(app: ConsoleApp, deps: ConsoleDeps, tally: Tally): void {
  registerLists(app, deps, tally);
  registerPerson(app, deps, tally);
  registerPeopleChanges(app, deps);
  registerPersonPrivacy(app, deps);
}

function registerLists(app: ConsoleApp, { database, shownTo }: ConsoleDeps, tally: Tally): void {
  const page = createPeoplePage(tally);
  app.get(
    '/api/people',
    {
      schema: {
        summary: 'Everybody, by page: found by name, alias or number; the best fit first where something is searched for',
        tags,
        querystring: peopleQuerySchema,
        response: { 200: peoplePageSchema },
      },
    },
    async (request) => {
      const parts = await shownTo(request);
      await parts.gallery.ready(request.ending);
      return page(request.query, parts, request.ending);
    },
  );

  app.get(
    '/api/faces/:id/crop',
    {
      config: pictureLimit,
      schema: { summary: 'The picture of a face that a person is known by', tags, params: personParams, produces: ['image/jpeg'] },
    },
    async ({ params: { id }, ending }, reply) => {
      const { mirror, database: stores } = database.parts();
      const face = mirror.face(id);
      // Of somebody who was forgotten it is still there for some minutes.
      const jpeg = face && mirror.person(face.personId) ? await stores.store.crop(id, ending) : null;
      if (!jpeg) throw new AppError('file-gone', 'no picture of this face is kept');
      return reply
        .type('image/jpeg')
        .header('cache-control', `private, max-age=${String(cropAge)}`)
        .send(Buffer.from(jpeg));
    },
  );
}

function registerPerson(app: ConsoleApp, { shownTo, now }: ConsoleDeps, tally: Tally): void {
  const ready = async (request: Parameters<ConsoleDeps['shownTo']>[0]) => {
    const parts = await shownTo(request);
    await parts.gallery.ready(request.ending);
    return parts;
  };

  app.get(
    '/api/people/:id',
    {
      schema: {
        summary: 'One person, after following merges: names, faces, who it may be',
        tags,
        params: personParams,
        response: { 200: personSchema },
      },
    },
    async (request) => personPage(request.params.id, await ready(request), await tally.now(request.ending), request.ending),
  );

  app.get(
    '/api/people/:id/sightings',
    {
      schema: {
        summary: 'Where somebody was seen, the newest first, by page',
        tags,
        params: personParams,
        querystring: pageQuery,
        response: { 200: sightingsPageSchema },
      },
    },
    async (request) => sightingsPage(request.params.id, request.query.cursor, await ready(request), request.ending),
  );

  app.get(
    '/api/people/:id/when',
    {
      schema: {
        summary: 'When somebody was seen: by camera, hour of the day and day',
        tags,
        params: personParams,
        querystring: whenQuerySchema,
        response: { 200: whenSchema },
      },
    },
    async (request) => {
      const { params, query, ending: signal } = request;
      const { mirror, database: stores, settings } = await ready(request);
      const seen = await stores.overview.whenSeen(mirror.idsOf(knownPerson(mirror, params.id).id), signal);
      return whenSeen(seen, { zone: query.zone, nowMs: now(), keepMs: settings.sightingsKeepMs });
    },
  );

  app.get(
    '/api/people/:id/changes',
    {
      schema: {
        summary: 'What was changed of a person, the newest first, by page',
        tags,
        params: personParams,
        querystring: pageQuery,
        response: { 200: changesPageSchema },
      },
    },
    async (request) => changesOfPerson(request.params.id, request.query.cursor, await ready(request), request.ending),
  );

  app.get(
    '/api/people/:id/merge-preview',
    {
      schema: {
        summary: 'What merging this person into another one would come to',
        tags,
        params: personParams,
        querystring: z.object({ into: z.string().max(200) }),
        response: { 200: mergePreviewSchema },
      },
    },
    async (request) =>
      previewMerge(request.params.id, request.query.into, await ready(request), await tally.now(request.ending), request.ending),
  );
}
