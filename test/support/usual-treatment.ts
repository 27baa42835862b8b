import { createCameraDirectory } from '@watchpost/cameras/camera-directory';
import type { SnapshotDeps } from '@watchpost/worker/snapshot/pipeline';

/** For tests of something else: each camera has the usual settings, and no snapshot is skipped. */
export const usualTreatment: Pick<SnapshotDeps, 'cameras' | 'count' | 'freshness'> = {
  cameras: createCameraDirectory({}),
  count: () => undefined,
  freshness: { isToBeSkipped: async () => false, worked: () => undefined },
};
