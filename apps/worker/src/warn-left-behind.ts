import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { isGalleryMissing } from './gallery-ready.ts';

/**
 * Warns, once the gallery is loaded, if another embedding model made all faces of some persons: after a change of the model they are
 * strangers until `watchpost reembed`. Never rejects: it only informs.
 */
export async function warnLeftBehind(
  { gallery, leftBehind }: { gallery: Pick<OpenedGallery['gallery'], 'ready'>; leftBehind: OpenedGallery['leftBehind'] },
  modelId: string,
  log: Pick<Logger, 'warn' | 'debug'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const backoff = { firstMs: 500, maxMs: 10_000 };
    await retry(() => gallery.ready(signal), { backoff, retryIf: isGalleryMissing, onRetry: () => undefined }, signal);
    const { persons, modelIds } = await leftBehind(modelId);
    if (persons > 0)
      log.warn(
        { persons, modelId, otherModelIds: modelIds },
        'these persons are not recognised, because another embedding model made their faces: run watchpost reembed',
      );
  } catch (error) {
    if (!signal.aborted) log.debug({ err: toAppError(error) }, 'whether faces of other models are left could not be found out');
  }
}
