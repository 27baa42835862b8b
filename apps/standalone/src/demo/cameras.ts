import { pause } from '@watchpost/shared/wait';
import { pauseAfterMs, visitAt } from './cast.ts';
import { openContactSheet } from './contact-sheet.ts';
import type { CameraName } from './scenes.ts';
import { drawSnapshot } from './snapshot.ts';

/** The emulated platform keeps every picture in memory, so the cameras stop after this many. */
const maxSnapshots = 400;

export interface CamerasOptions {
  /** Posts a picture as this camera does. */
  post: (camera: CameraName, picture: Buffer, takenAt: Date) => Promise<void>;
  say: (text: string) => void;
}

/** Takes snapshots and posts them until `signal` aborts. */
export async function runCameras({ post, say }: CamerasOptions, signal: AbortSignal): Promise<void> {
  const sheet = await openContactSheet();
  const random = Math.random;
  for (let index = 0; index < maxSnapshots && !signal.aborted; index += 1) {
    const visit = visitAt(index, random);
    const now = new Date();
    try {
      await post(visit.camera, await drawSnapshot(sheet, visit, now, random), now);
      say(`${visit.camera} posted a snapshot`);
    } catch (error) {
      if (!signal.aborted) say(`${visit.camera} could not post: ${error instanceof Error ? error.message : String(error)}`);
    }
    await pause(pauseAfterMs(index), signal).catch(() => undefined);
  }
  if (!signal.aborted) say(`the cameras stop after ${String(maxSnapshots)} snapshots; restart to see more`);
}
