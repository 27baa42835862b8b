import { keyOf } from '@watchpost/cameras/camera-directory';
import type { OpenedCameras } from '@watchpost/cameras/open-cameras';
import { raceAbort, within } from '@watchpost/shared/wait';
import type { CameraFigures, CameraName } from '@watchpost/gallery/records/camera-figures';

export interface KnownCamerasDeps {
  figures: () => Pick<CameraFigures, 'cameras'>;
  cameras: Pick<OpenedCameras, 'named'>;
  now: () => number;
  stopping: AbortSignal;
}

/** More cameras are not listed. */
const mostCameras = 500;
/** A new camera shows after so long, milliseconds: the list takes a query for each camera on MongoDB. */
const keptMs = 20_000;
const patienceMs = 20_000;

/**
 * The cameras that posted something that was looked at, and those of the file that belong to a channel, in the order of their names.
 * Rejects with `gallery-unavailable`.
 */
export function knownCameras({ figures, cameras, now, stopping }: KnownCamerasDeps): (signal: AbortSignal) => Promise<CameraName[]> {
  let kept: { atMs: number; names: Promise<CameraName[]> } | null = null;
  return async (signal) => {
    if (!kept || now() - kept.atMs > keptMs) {
      // Others wait for the same answer: it does not end with whoever asked first.
      const names = figures().cameras(mostCameras, within(stopping, patienceMs));
      kept = { atMs: now(), names };
      names.catch(() => {
        kept = null;
      });
    }
    const seen = await raceAbort(kept.names, signal);
    const known = new Set(seen.map((each) => keyText(each)));
    const named = cameras
      .named()
      .flatMap(({ name, channels }) =>
        (channels ?? []).map((channel) => ({ channel: channel.includes(':') ? channel : `slack:${channel}`, camera: name })),
      );
    return [...seen, ...named.filter((each) => !known.has(keyText(each)))].toSorted(
      (a, b) => (a.camera ?? '').localeCompare(b.camera ?? '') || a.channel.localeCompare(b.channel),
    );
  };
}

const keyText = ({ channel, camera }: CameraName): string => JSON.stringify([channel, camera === null ? null : keyOf(camera)]);
