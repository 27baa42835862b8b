import type { CameraName } from '@watchpost/gallery/records/camera-figures';
import { writtenSet } from '@watchpost/cameras/stored/camera-notation';
import { checkCameraSet } from '@watchpost/cameras/stored/check-set';
import { createCameraSettingsStore } from '@watchpost/cameras/stored/stored-settings';
import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorOf } from '../../sign-in/actor.ts';
import { knownCameras } from '../now/known-cameras.ts';
import { parsePlace, placeText, type Place } from '../now/place.ts';
import { hoursShown, toCameras } from './cameras-page.ts';
import {
  cameraSettingsSchema,
  camerasPageSchema,
  checkBodySchema,
  checkedSchema,
  historySchema,
  saveBodySchema,
  settingsQuerySchema,
  type CameraSettingsOfPage,
} from './schema.ts';
import { changesBetween, leftOut, mergedLayers, settingsOf, withSet } from './settings-view.ts';

const tags = ['Cameras'];
const hourMs = 3_600_000;
/** Of each camera: latencies are of these. */
const latestEach = 20;
/** For the preview of a change. */
const previewSnapshots = 100;
const keptChanges = 50;

/** What the page Cameras asks for. */
export function registerCameras(app: ConsoleApp, deps: ConsoleDeps): void {
  registerFigures(app, deps);
  registerSettings(app, deps);
  registerChanges(app, deps);
}

function registerFigures(app: ConsoleApp, { database, cameras, stopping, now }: ConsoleDeps): void {
  const names = knownCameras({ figures: () => database.parts().database.cameraFigures, cameras, now, stopping });
  const setAt = ({ channel, camera }: CameraName): number => {
    const key = channelKeySchema.safeParse(channel).data ?? null;
    const own = cameras.layersOf(key, camera).findLast(({ from }) => from === 'console');
    return own?.scope === 'camera' ? Object.keys(own.set).length : 0;
  };
  app.get(
    '/api/cameras',
    {
      schema: {
        summary: 'The cameras, with what came of their snapshots in the last 24 hours',
        tags,
        response: { 200: camerasPageSchema },
      },
    },
    async ({ ending: signal }) => {
      const { cameraFigures } = database.parts().database;
      const toMs = now();
      const known = await names(signal);
      const [counts, latest] = await Promise.all([
        cameraFigures.byTime({ fromMs: toMs - hoursShown * hourMs, toMs, everyMs: hourMs }, signal),
        cameraFigures.latest(known, latestEach, signal),
      ]);
      return { cameras: toCameras({ names: known, counts, latest, setAt }), toMs };
    },
  );
}

/** The place of an address; null: all cameras. Throws `settings-invalid`. */
function placeOf(text: string | null | undefined): Place | null {
  if (text === null || text === undefined) return null;
  const place = parsePlace(text);
  if (!place) throw new AppError('settings-invalid', `${text} is no camera`);
  return place;
}

const layersAt = ({ cameras }: Pick<ConsoleDeps, 'cameras'>, place: Place | null) =>
  cameras.layersOf(place?.channel ?? null, place?.camera ?? null);

async function settingsAt(place: Place | null, deps: ConsoleDeps, signal: AbortSignal): Promise<CameraSettingsOfPage> {
  const { database, config } = deps;
  const { documents, database: stores } = database.parts();
  const store = createCameraSettingsStore(documents);
  const { revision, overrides } = await store.read(signal);
  // Another process may have saved a moment ago.
  deps.cameras.layOver(overrides);
  const layers = layersAt(deps, place);
  const own = layers.findLast(({ from }) => from === 'console');
  const [last] = place ? await stores.cameraFigures.latest([place], 1, signal) : [];
  return {
    place: place && placeText(place),
    revision,
    settings: settingsOf(layers, config.STRANGERS_NAMED_ONE_IN),
    set: { ...writtenSet(own?.set ?? {}) },
    lastSnapshotId: last?.snapshotId ?? null,
  };
}

function registerSettings(app: ConsoleApp, deps: ConsoleDeps): void {
  const { database, config } = deps;

  app.get(
    '/api/cameras/settings',
    {
      schema: {
        summary: 'The settings of a camera, or of all of them, and where each comes from',
        tags,
        querystring: settingsQuerySchema,
        response: { 200: cameraSettingsSchema },
      },
    },
    async ({ query: { camera }, ending }) => settingsAt(placeOf(camera), deps, ending),
  );

  app.post(
    '/api/cameras/settings/check',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'What is wrong with settings, and what they would change; saves nothing',
        tags,
        body: checkBodySchema,
        response: { 200: checkedSchema },
      },
    },
    async ({ body: { place: text, set }, ending: signal }) => {
      const place = placeOf(text);
      const checked = checkCameraSet(set);
      if (checked.kind === 'faulty') return { faults: checked.faults, changes: [], preview: null };
      const before = layersAt(deps, place);
      const after = withSet(before, checked.set);
      const changes = changesBetween(before, after, config.STRANGERS_NAMED_ONE_IN);
      if (!place) return { faults: [], changes, preview: null };
      const snapshots = await database.parts().database.cameraFigures.faces(place, previewSnapshots, signal);
      return { faults: [], changes, preview: snapshots.length === 0 ? null : leftOut(snapshots, mergedLayers(after)) };
    },
  );
}

function registerChanges(app: ConsoleApp, deps: ConsoleDeps): void {
  const { database } = deps;

  app.put(
    '/api/cameras/settings',
    {
      config: { role: 'admin' },
      schema: {
        summary: 'Replaces all that the console sets for a camera, or for all; an empty set gives it back to the file',
        tags,
        body: saveBodySchema,
        response: { 200: cameraSettingsSchema },
      },
    },
    async (request) => {
      const { place: text, set, revision } = request.body;
      const place = placeOf(text);
      const store = createCameraSettingsStore(database.parts().documents);
      const stored = await store.change(place, set, { actor: actorOf(request).id, revision }, request.ending).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
        const message = 'somebody else changed these settings meanwhile: look at them again';
        throw new AppError('document-conflict', message, { cause: error });
      });
      deps.cameras.layOver(stored.overrides);
      deps.live.announce({ topic: 'cameras' });
      return settingsAt(place, deps, request.ending);
    },
  );

  app.get(
    '/api/cameras/settings/history',
    {
      schema: {
        summary: 'Who changed which settings in the console, the newest first',
        tags,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(keptChanges) }),
        response: { 200: historySchema },
      },
    },
    async ({ query: { limit }, ending: signal }) => {
      const changes = await createCameraSettingsStore(database.parts().documents).history(limit, signal);
      const items = changes.map(({ channel, camera, ...change }) => ({
        ...change,
        place: channel === null ? null : placeText({ channel, camera }),
      }));
      return { items };
    },
  );
}
