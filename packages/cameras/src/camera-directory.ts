import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { defaultCameraSettings, type Cameras, type CameraSettings } from './camera-settings.ts';
import type { CameraEntry, CamerasFile } from './cameras-file.ts';
import { compilePattern, type FilePattern } from './file-pattern.ts';

/** What one version of the file says. */
export type CameraDirectory = Omit<Cameras, 'close'>;

/** Where nothing else is said: 08:00. */
const defaultDigestMinute = 8 * 60;

interface Known {
  name: string;
  /** Null: of any channel. */
  channels: ReadonlySet<string> | null;
  files: readonly FilePattern[];
  settings: CameraSettings;
}

/** The same for all ways to write a camera's name. */
export const keyOf = (name: string): string => name.normalize('NFKC').toLowerCase();

/** Looks up what a file says. */
export function createCameraDirectory({
  timeZone,
  digest,
  namesFromFiles = [],
  defaults = {},
  cameras = [],
}: CamerasFile): CameraDirectory {
  const general = merged(defaultCameraSettings, defaults);
  const known = cameras.map((entry): Known => ({
    name: entry.name,
    channels: entry.channel ? new Set(entry.channel) : null,
    files: (entry.files ?? []).map((pattern) => compilePattern(pattern)),
    settings: merged(general, entry),
  }));
  const byName = new Map<string, Known[]>();
  for (const each of known) byName.set(keyOf(each.name), [...(byName.get(keyOf(each.name)) ?? []), each]);
  const naming = namesFromFiles.map((pattern) => compilePattern(pattern));
  const named = (name: string | null, channel: ChannelKey): Known | undefined => {
    const all = name === null ? [] : (byName.get(keyOf(name)) ?? []);
    return all.find((each) => each.channels !== null && isIn(each, channel)) ?? all.find((each) => each.channels === null);
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
    settingsOf: (channel, camera) => named(camera, channel)?.settings ?? general,
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

function merged(base: CameraSettings, over: Omit<CameraEntry, 'name'>): CameraSettings {
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
