import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import { auditLongestMs, createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import { keyOf, noOverrides, type CameraOverrides } from '../camera-directory.ts';
import { cameraSetSchema } from '../cameras-file.ts';
import { checkCameraSet } from './check-set.ts';

export const cameraSettingsKind = 'camera-settings';
export const cameraSettingsId = 'settings';
const changeKind = 'camera-settings-change';
/** Whoever reads the changes writes the entry of the last one that is missing for so long: later it was removed by its age. Milliseconds. */
const repairMs = 86_400_000;

/** One camera, or null: what holds for all of them. */
export type SettingsPlace = { channel: ChannelKey; camera: string | null } | null;

const writtenSchema = z.record(z.string(), z.unknown());
const changeSchema = z.object({
  atMs: z.number(),
  /** An actor's id. */
  by: z.string(),
  channel: channelKeySchema.nullable(),
  camera: z.string().nullable(),
  before: writtenSchema,
  after: writtenSchema,
});
/** Who changed what: all that was set at this place in the console before and after, as people write it. Channel null: for all cameras. */
export type CameraSettingsChange = z.infer<typeof changeSchema>;

/** The last change with the id of its entry: it is on record with the settings themselves, whatever happens before the entry is written. */
const lastSchema = z.object({ id: z.string(), change: changeSchema });

const bodySchema = z.object({
  v: z.literal(1),
  all: writtenSchema,
  cameras: z.array(z.object({ channel: channelKeySchema, camera: z.string().nullable(), set: writtenSchema })),
  last: lastSchema.nullish(),
});
type Body = z.infer<typeof bodySchema>;

/** What is set in the console. `revision` 0: nothing ever was. */
export interface StoredCameraSettings {
  revision: number;
  overrides: CameraOverrides;
  /** The places of which something cannot be read: another release wrote it. It does not hold. */
  unreadable: string[];
}

/** The settings of cameras that are made in the console: one document, which every process follows. */
export interface CameraSettingsStore {
  read(signal: AbortSignal): Promise<StoredCameraSettings>;
  /**
   * Replaces all that the console sets at one place, as people write it; an empty set gives the place back to the file. Resolves to what is set then. Rejects
   * with `settings-invalid` if the set has faults, with `document-conflict` if somebody changed the settings after `revision`.
   */
  change(
    place: SettingsPlace,
    set: Record<string, unknown>,
    by: { actor: string; revision: number },
    signal: AbortSignal,
  ): Promise<StoredCameraSettings>;
  /** The newest changes, newest first, for AUDIT_KEEP_DAYS; the last one as long as the settings. Rejects with `gallery-unavailable`. */
  history(limit: number, signal: AbortSignal): Promise<CameraSettingsChange[]>;
}

/** More are not kept in one document. */
const mostCameras = 500;

/** Settings on a store of documents. */
export function createCameraSettingsStore(documents: DocumentStore): CameraSettingsStore {
  const audit = createAudit(documents, changeKind, changeSchema);
  /** Writes the entry of a change unless it is there. */
  const record = async ({ id, change }: z.infer<typeof lastSchema>, signal: AbortSignal): Promise<void> => {
    const { atMs } = change;
    const entry = { kind: changeKind, id, revision: 0, atMs, keys: [], expiresAtMs: atMs + auditLongestMs, body: change };
    await documents.put(entry, signal).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  };
  return {
    read: async (signal) => readCameraSettings((await documents.get(cameraSettingsKind, cameraSettingsId, signal)).document),
    change: async (place, set, { actor, revision }, signal) => {
      const checked = checkCameraSet(set);
      if (checked.kind === 'faulty')
        throw new AppError('settings-invalid', checked.faults.map(({ setting, message }) => `${setting} ${message}`).join('\n'));
      const { document, nowMs } = await documents.get(cameraSettingsKind, cameraSettingsId, signal);
      const body = bodyOf(document);
      // Whoever made the change before may have been ended before its entry was written.
      if (body.last) await record(body.last, signal);
      const atMs = Math.floor(nowMs);
      const next = replaced(body, place, set);
      const { channel, camera } = place ?? { channel: null, camera: null };
      const change = { atMs, by: actor, channel, camera, before: setAt(body, place), after: setAt(next, place) };
      const last = { id: `${String(atMs)}-${randomUUID()}`, change };
      const put = { kind: cameraSettingsKind, id: cameraSettingsId, revision, atMs, keys: [], expiresAtMs: null };
      const stored = await documents.put({ ...put, body: { ...next, last } }, signal);
      // It holds and is on record: the next change writes what this one cannot.
      await record(last, signal).catch(() => undefined);
      return readCameraSettings(stored);
    },
    history: async (limit, signal) => {
      const { document, nowMs } = await documents.get(cameraSettingsKind, cameraSettingsId, signal);
      const last = lastChangeOf(document);
      // Whoever only looks is not kept from it by what cannot be written now: the next one may.
      if (last && nowMs - last.change.atMs < repairMs) await record(last, signal).catch(() => undefined);
      const kept = await audit.list(limit, signal);
      const isThere = last === null || kept.some((change) => isDeepStrictEqual(change, last.change));
      return isThere ? kept : [last.change, ...kept].slice(0, limit);
    },
  };
}

/** The last change, which stands in the settings' own document, with the id of its entry. Pure. */
const lastChangeOf = (document: StoredDocument | null): z.infer<typeof lastSchema> | null =>
  bodySchema.safeParse(document?.body).data?.last ?? null;

/** Pure. */
export function readCameraSettings(document: StoredDocument | null): StoredCameraSettings {
  if (!document) return { revision: 0, overrides: noOverrides, unreadable: [] };
  const body = bodySchema.safeParse(document.body).data;
  if (!body) return { revision: document.revision, overrides: noOverrides, unreadable: ['all'] };
  const unreadable: string[] = [];
  const read = (set: unknown, place: string) => {
    const { data } = cameraSetSchema.safeParse(set);
    if (!data) unreadable.push(place);
    return data ?? {};
  };
  const all = read(body.all, 'all');
  const cameras = body.cameras.map(({ set, ...place }) => ({ ...place, set: read(set, place.camera ?? place.channel) }));
  return { revision: document.revision, overrides: { all, cameras }, unreadable };
}

function bodyOf(document: StoredDocument | null): Body {
  if (!document) return { v: 1, all: {}, cameras: [] };
  const body = bodySchema.safeParse(document.body).data;
  if (!body) throw new AppError('database-newer', 'the settings of the cameras were written by a newer release of watchpost');
  return body;
}

const isAt = (each: Body['cameras'][number], { channel, camera }: NonNullable<SettingsPlace>): boolean =>
  each.channel === channel && (each.camera === null || camera === null ? each.camera === camera : keyOf(each.camera) === keyOf(camera));

const setAt = (body: Body, place: SettingsPlace): Record<string, unknown> =>
  place === null ? body.all : (body.cameras.find((each) => isAt(each, place))?.set ?? {});

function replaced(body: Body, place: SettingsPlace, set: Record<string, unknown>): Body {
  if (place === null) return { ...body, all: { ...set } };
  const others = body.cameras.filter((each) => !isAt(each, place));
  if (Object.keys(set).length === 0) return { ...body, cameras: others };
  if (others.length >= mostCameras)
    throw new AppError('settings-invalid', `the console keeps the settings of ${String(mostCameras)} cameras at most`);
  return { ...body, cameras: [...others, { ...place, set: { ...set } }] };
}
