import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import type { CameraOverrides } from '../camera-directory.ts';
import { cameraSettingsId, cameraSettingsKind, readCameraSettings } from './stored-settings.ts';

export interface FollowStoredOptions {
  /** Rejects while the database is away: then what was read last holds. */
  documents: (signal: AbortSignal) => Promise<Pick<DocumentStore, 'get'>>;
  /** Takes each new version. */
  take: (overrides: CameraOverrides) => void;
  log: Logger;
  /** How often to read them again, milliseconds. */
  everyMs?: number;
}

/**
 * Follows the settings of cameras that are made in the console: a change holds some two seconds later, in every process. Never rejects;
 * resolves when the signal aborts.
 */
export async function followStoredSettings(
  { documents, take, log, everyMs = 2_000 }: FollowStoredOptions,
  signal: AbortSignal,
): Promise<void> {
  let taken = '';
  let isAway = false;
  while (!signal.aborted) {
    try {
      const { document } = await (await documents(signal)).get(cameraSettingsKind, cameraSettingsId, signal);
      // A restored database may have another version with the same number.
      const version = JSON.stringify([document?.revision ?? 0, document?.body ?? null]);
      if (version !== taken) {
        const { overrides, unreadable, revision } = readCameraSettings(document);
        take(overrides);
        if (taken !== '' || revision > 0) log.info({ cameras: overrides.cameras.length }, 'camera settings of the console read');
        if (unreadable.length > 0)
          log.error({ cameras: unreadable }, 'camera settings of the console were written by another release and do not hold');
      }
      taken = version;
      isAway = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isAway) log.warn({ err: error }, 'the camera settings of the console cannot be read: those from before stay in force');
      isAway = true;
    }
    await pause(everyMs, signal).catch(() => undefined);
  }
}
