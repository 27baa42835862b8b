import type { FetchedMedia } from '@watchpost/convert/fetch-media';
import type { Opened } from './1-open.ts';
import type { Wanted } from './conversions.ts';
import type { ConversionDeps } from './deps.ts';

export interface FetchedLink extends Opened {
  wanted: Wanted;
  folder: string;
  media: FetchedMedia;
  /** What is left of the time, milliseconds. */
  leftMs: number;
}

/** Fetches what the link leads to. Rejects as fetchMedia. */
export async function fetchLink(
  opened: Opened & { wanted: Wanted },
  folder: string,
  { converting }: ConversionDeps,
  signal: AbortSignal,
): Promise<FetchedLink> {
  const { conversion, wanted, card, words } = opened;
  const { format } = conversion;
  await converting.conversions.change(conversion.id, { state: 'fetching' }, signal);
  card.progress(words.fetching(format, null));
  const begunAt = performance.now();
  const media = await converting.fetchMedia(
    {
      url: wanted.link,
      format,
      hosts: converting.convertHosts,
      folder,
      ...converting.convertLimits,
      onProgress: (part) => card.progress(words.fetching(format, part)),
    },
    signal,
  );
  const leftMs = Math.max(1_000, converting.convertLimits.timeoutMs - (performance.now() - begunAt));
  return { ...opened, folder, media, leftMs };
}
