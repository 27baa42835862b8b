import { personStatus } from '@watchpost/gallery/domain';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { fromCursor, toCursor } from '../../people/cursor.ts';
import { bestFace } from '../../people/person-row.ts';
import type { Tally } from '../../people/tally.ts';
import { unknownsPageSchema, unknownsQuerySchema, unsurePageSchema, type UnsureFace } from './schema.ts';
import { createUnknownsPage } from './unknowns-page.ts';

const tags = ['Unknowns'];
const unsureAtOnce = 40;
const placeSchema = z.tuple([z.number(), z.string(), z.number()]);

/** What the page Unknowns asks for; naming and merging are changes of people. */
export function registerUnknowns(app: ConsoleApp, deps: ConsoleDeps, tally: Tally): void {
  const { database, log, shownTo, stopping } = deps;
  const page = createUnknownsPage(tally, log, stopping);
  app.get(
    '/api/unknowns',
    {
      schema: {
        summary: 'Unknown people, in groups of those who may be one person, by page',
        tags,
        querystring: unknownsQuerySchema,
        response: { 200: unknownsPageSchema },
      },
    },
    async (request) => {
      const parts = database.parts();
      await parts.gallery.ready(request.ending);
      return page(request.query, { parts, shown: await shownTo(request) }, request.ending);
    },
  );

  app.get(
    '/api/unsure-faces',
    {
      schema: {
        summary: 'Faces that may be somebody, though nobody is sure: the newest first, by page',
        tags,
        querystring: z.object({ cursor: z.string().max(1_000).optional() }),
        response: { 200: unsurePageSchema },
      },
    },
    async (request) => {
      const { cursor } = request.query;
      const { ending: signal } = request;
      const { gallery, mirror, database: stores } = await shownTo(request);
      await gallery.ready(signal);
      const place = fromCursor(cursor, placeSchema);
      const after = place && { takenAtMs: place[0], snapshotId: place[1], position: place[2] };
      const found = await stores.overview.unsure(unsureAtOnce, signal, after);
      const last = found.at(-1);
      const items = found.flatMap(({ personId, snapshotId, position, ...rest }): UnsureFace[] => {
        const person = mirror.person(personId);
        if (!person) return [];
        const picture = `/api/pictures/${encodeURIComponent(snapshotId)}/faces/${String(position)}`;
        const { id, name } = person;
        return [{ ...rest, snapshotId, position, picture, person: { id, name, status: personStatus(person), face: bestFace(mirror, id) } }];
      });
      return { items, next: last && found.length === unsureAtOnce ? toCursor([last.takenAtMs, last.snapshotId, last.position]) : null };
    },
  );
}
