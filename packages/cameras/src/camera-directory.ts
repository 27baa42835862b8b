import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { defaultCameraSettings, type Cameras, type CameraSettings } from './camera-settings.ts';
import type { CamerasFile, CameraSet } from './cameras-file.ts';
import { compilePattern, type FilePattern } from './file-pattern.ts';

/** What is set in the console, as it is read. Laid over the file. */
export interface CameraOverrides {
  all: CameraSet;
  cameras: readonly { channel: ChannelKey; camera: string | null; set: CameraSet }[];
}

export const noOverrides: CameraOverrides = { all: {}, cameras: [] };

/** Where a setting comes from, and what is set there. `scope`: for all cameras, or for this one. */
export interface SettingsLayer {
  from: 'file' | 'console';
  scope: 'all' | 'camera';
  set: CameraSet;
}

/** What one version of the file says, with what the console says over it. */
export interface CameraDirectory extends Omit<Cameras, 'close'> {
  /** What is set for a camera beside the defaults: of two layers that say the same, the later one holds. Channel null: for all cameras. */
  layersOf(channel: ChannelKey | null, camera: string | null): SettingsLayer[];
  /** The cameras that the file names. Without a channel: of any. */
  named(): { name: string; channels: readonly string[] | null }[];
}

/** Where nothing else is said: 08:00. */
const defaultDigestMinute = 8 * 60;

interface Known {
  name: string;
  /** Null: of any channel. */
  channels: ReadonlySet<string> | null;
  files: readonly FilePattern[];
  set: CameraSet;
}

/** The same for all ways to write a camera's name. */
export const keyOf = (name: string): string => name.normalize('NFKC').toLowerCase();

/** Looks up what a file says, and what is laid over it. */
export function createCameraDirectory(
  { timeZone, digest, namesFromFiles = [], defaults = {}, cameras = [] }: CamerasFile,
  over: CameraOverrides = noOverrides,
): CameraDirectory {
  const known = cameras.map((entry): Known => ({
    name: entry.name,
    channels: entry.channel ? new Set(entry.channel) : null,
    files: (entry.files ?? []).map((pattern) => compilePattern(pattern)),
    set: entry,
  }));
  const byName = new Map<string, Known[]>();
  for (const each of known) byName.set(keyOf(each.name), [...(byName.get(keyOf(each.name)) ?? []), each]);
  const naming = namesFromFiles.map((pattern) => compilePattern(pattern));
  const named = (name: string | null, channel: ChannelKey): Known | undefined => {
    const all = name === null ? [] : (byName.get(keyOf(name)) ?? []);
    return all.find((each) => each.channels !== null && isIn(each, channel)) ?? all.find((each) => each.channels === null);
  };

  const laidOver = new Map(over.cameras.map(({ channel, camera, set }) => [placeKey(channel, camera), set]));

  // The more particular holds: what is said of one camera in the file, over what the console says of all.
  const layersOf: CameraDirectory['layersOf'] = (channel, camera) => {
    const ofAll: SettingsLayer[] = [
      { from: 'file', scope: 'all', set: defaults },
      { from: 'console', scope: 'all', set: over.all },
    ];
    if (channel === null) return ofAll;
    return [
      ...ofAll,
      { from: 'file', scope: 'camera', set: named(camera, channel)?.set ?? {} },
      { from: 'console', scope: 'camera', set: laidOver.get(placeKey(channel, camera)) ?? {} },
    ];
  };

  const byFile = (channel: ChannelKey, fileName: string): string | null => {
    const camera = known.find((each) => isIn(each, channel) && each.files.some((pattern) => pattern.match(fileName) !== null));
    if (camera) return camera.name;
    for (const pattern of naming) {
      const name = cameraName(pattern.match(fileName) ?? '');
      if (name !== null) return named(name, channel)?.name ?? name;
    }
    return null;
  };

  return {
    settingsOf: (channel, camera) => layersOf(channel, camera).reduce((base, { set }) => merged(base, set), defaultCameraSettings),
    layersOf,
    named: () => known.map(({ name, channels }) => ({ name, channels: channels && [...channels] })),
    nameOf: (channel, fileName) =>
      (fileName === null ? null : byFile(channel, fileName)) ??
      known.find((each) => each.channels !== null && each.files.length === 0 && isIn(each, channel))?.name ??
      null,
    timeZone: () => timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    digestAtMinute: () => (digest === undefined ? defaultDigestMinute : digest),
  };
}

/** People write `C0123`, with or without its platform. */
const isIn = ({ channels }: Known, channel: ChannelKey): boolean =>
  channels === null || channels.has(channel) || channels.has(channelId(channel));

const placeKey = (channel: ChannelKey, camera: string | null): string => JSON.stringify([channel, camera === null ? null : keyOf(camera)]);

/** Settings with those of a layer over them. */
export function merged(base: CameraSettings, over: CameraSet): CameraSettings {
  const { named, unknown, ignored } = over.policy ?? {};
  const { window, longest } = over.visit ?? {};
  return {
    strangersNamedOneIn: over.strangersNamedOneIn ?? base.strangersNamedOneIn,
    smallestFacePx: over.smallestFacePx ?? base.smallestFacePx,
    masks: over.masks ?? base.masks,
    visitWindowMs: window ?? base.visitWindowMs,
    visitLongestMs: longest ?? base.visitLongestMs,
    cooldownMs: over.cooldown ?? base.cooldownMs,
    policy: {
      named: named ?? base.policy.named,
      unknown: unknown ?? base.policy.unknown,
      ignored: ignored ?? base.policy.ignored,
    },
    quietHours: over.quietHours === undefined ? base.quietHours : over.quietHours,
  };
}
