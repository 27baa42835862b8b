import { builtInCalibration } from '@watchpost/gallery/decide/calibration';
import { createYardstick, defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';
import { personStatus } from '@watchpost/gallery/domain';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { parsePlace } from '../now/place.ts';
import { placeSchema } from '../now/schema.ts';
import { linesSchema, oneInSchema, triedPageSchema, tryQuerySchema, type RiskLines } from './schema.ts';
import { tryAgain, type KnownPerson } from './try-again.ts';

const tags = ['Thresholds'];
/** Of faces; references are taken to be of full size. Pixels. */
const sizes = [24, 40, 80];

/** What the page Try thresholds asks for. */
export function registerThresholds(app: ConsoleApp, { shownTo, cameras, config, now }: ConsoleDeps): void {
  const oneInAt = (place: { channel: string; camera: string | null } | null): Pick<RiskLines, 'here' | 'from'> => {
    const channel = place && (channelKeySchema.safeParse(place.channel).data ?? null);
    const layers = cameras.layersOf(channel, place?.camera ?? null);
    const layer = layers.findLast(({ set }) => set.strangersNamedOneIn !== undefined);
    return { here: layer?.set.strangersNamedOneIn ?? config.STRANGERS_NAMED_ONE_IN, from: layer?.from ?? 'default' };
  };

  app.get(
    '/api/thresholds',
    {
      schema: {
        summary: 'Decisions about stored faces once more, with another risk: a page, the newest first',
        tags,
        querystring: tryQuerySchema,
        response: { 200: triedPageSchema },
      },
    },
    async (request) => {
      const { oneIn, camera, hours, after, limit } = request.query;
      const { ending: signal } = request;
      const parts = await shownTo(request);
      await parts.gallery.ready(signal);
      const place = camera === undefined ? null : parsePlace(camera);
      const range = { ...place, ...(hours !== undefined && { fromMs: now() - hours * 3_600_000 }) };
      const cursor = after === undefined ? undefined : (parseCursor(after) ?? undefined);
      const snapshots = await parts.database.history.newest(range, limit, signal, cursor);
      const tried = await tryAgain(snapshots, oneIn, { person: personIn(parts), oneInNow: (snapshot) => oneInAt(snapshot).here });
      const last = snapshots.at(-1);
      const next = last && snapshots.length === limit ? `${String(last.takenAtMs)}.${last.snapshotId}` : null;
      return { ...tried, snapshots: snapshots.length, oldestMs: last?.takenAtMs ?? null, next };
    },
  );

  app.get(
    '/api/thresholds/lines',
    {
      schema: {
        summary: 'The risk that holds now, and the similarities that a risk comes to in the gallery as large as it is',
        tags,
        querystring: z.object({ oneIn: oneInSchema.optional(), camera: placeSchema.optional() }),
        response: { 200: linesSchema },
      },
    },
    async (request) => {
      const { oneIn, camera } = request.query;
      const { ending: signal } = request;
      const parts = await shownTo(request);
      await parts.gallery.ready(signal);
      const here = oneInAt(camera === undefined ? null : parsePlace(camera));
      return { ...linesAt(oneIn ?? here.here, parts), ...here, oneIn: oneInAt(null).here };
    },
  );
}

function linesAt(oneIn: number, { mirror }: GalleryParts): Pick<RiskLines, 'persons' | 'faces' | 'lines'> {
  const { persons, faces } = mirror.counts();
  const strangersNamed = Math.min(1 / oneIn, defaultRiskSettings.strangersUncertain);
  const risk = { ...defaultRiskSettings, strangersNamed, calibration: builtInCalibration };
  const lines = sizes.map((sizePx) => {
    const { match, uncertain } = createYardstick(risk, { persons, faces }, { probeSizePx: sizePx }).linesAt(80);
    return { sizePx, match, uncertain };
  });
  return { persons, faces, lines };
}

/** From memory: a page has hundreds. */
function personIn({ mirror }: GalleryParts): (id: string) => KnownPerson | null {
  return (id) => {
    const person = mirror.person(id);
    return person && { id: person.id, name: person.name, status: personStatus(person) };
  };
}

function parseCursor(text: string): { takenAtMs: number; snapshotId: string } | null {
  const [, takenAtMs, snapshotId] = /^(\d{1,16})\.(.+)$/.exec(text) ?? [];
  return snapshotId === undefined ? null : { takenAtMs: Number(takenAtMs), snapshotId };
}
