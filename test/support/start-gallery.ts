import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Actor } from '@watchpost/gallery/domain';
import { openGallery, type OpenedGallery, type OpenGalleryOptions } from '@watchpost/gallery/open-gallery';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';

const never = new AbortController().signal;

/** Opens the gallery, with the decisions of drawn vectors unless `settings` has others, starts it as a worker does (without housekeeping), and waits until it is ready. */
export async function startGallery(storage: StorageConfig, options: Partial<OpenGalleryOptions> = {}): Promise<OpenedGallery> {
  const defaults = { log: createLogger('test', 'silent'), metrics: createMetrics({ processMetrics: false }) };
  const opened = await openGallery(
    storage,
    { ...defaults, ...options, settings: { decision: syntheticDecision, ...options.settings } },
    never,
  );
  opened.start();
  await opened.gallery.ready(never);
  return opened;
}

/** Names a person as the surfaces do; resolves to the person as it is then (after a merge: the person that it became). */
export async function namePerson(
  { gallery, operations }: Pick<OpenedGallery, 'gallery' | 'operations'>,
  from: string,
  to: string,
  by: Actor,
) {
  const { personIds } = await operations.apply({ kind: 'name', person: from, to }, by, never);
  return gallery.person(personIds[0] ?? '', never);
}
