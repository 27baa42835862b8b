import type { Logger } from '@watchpost/shared/observability/logger';
import { openSettings } from '@watchpost/shared/settings-file/open-settings';
import { createCameraDirectory, noOverrides, type CameraDirectory, type CameraOverrides } from './camera-directory.ts';
import type { Cameras } from './camera-settings.ts';
import type { CamerasFile } from './cameras-file.ts';
import { readCamerasFile } from './read-cameras-file.ts';

export interface OpenCamerasOptions {
  /** Null: nothing is set, and the defaults hold. */
  file: string | null;
  log: Logger;
  signal: AbortSignal;
  /** How often the file is read again, milliseconds. */
  everyMs?: number;
}

/** The settings of all cameras, and where they come from. */
export interface OpenedCameras extends Cameras, Pick<CameraDirectory, 'layersOf' | 'named'> {
  /** Lays what is set in the console over the file, in place of what was laid over it before. */
  layOver(overrides: CameraOverrides): void;
}

/**
 * Opens the settings of the cameras and follows their file: a change holds some seconds later, in every process. Rejects with
 * `config-invalid`, which names all faults; of a later version with faults the log says where they are, and the one before stays.
 */
export async function openCameras({ file, log, signal, everyMs = 1_000 }: OpenCamerasOptions): Promise<OpenedCameras> {
  const count = ({ cameras = [] }: CamerasFile) => ({ cameras: cameras.length });
  const settings =
    file === null
      ? { current: () => nothing, close: () => undefined }
      : await openSettings({ file, variable: 'CAMERAS_FILE', what: 'camera settings', read: readCamerasFile, count, log, everyMs }, signal);
  let over = noOverrides;
  let made: { of: CamerasFile; over: CameraOverrides; directory: CameraDirectory } | null = null;
  const directory = (): CameraDirectory => {
    const now = settings.current();
    if (made?.of !== now || made.over !== over) made = { of: now, over, directory: createCameraDirectory(now, over) };
    return made.directory;
  };
  return {
    settingsOf: (channel, camera) => directory().settingsOf(channel, camera),
    nameOf: (channel, fileName) => directory().nameOf(channel, fileName),
    timeZone: () => directory().timeZone(),
    digestAtMinute: () => directory().digestAtMinute(),
    layersOf: (channel, camera) => directory().layersOf(channel, camera),
    named: () => directory().named(),
    layOver: (overrides) => {
      over = overrides;
    },
    close: () => settings.close(),
  };
}

const nothing: CamerasFile = {};
