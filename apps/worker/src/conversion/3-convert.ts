import type { ConvertedFile } from '@watchpost/convert/convert-file';
import type { FetchedLink } from './2-fetch.ts';
import type { ConversionDeps } from './deps.ts';

export interface ConvertedLink extends FetchedLink {
  made: ConvertedFile;
}

/** Converts what was fetched. Rejects as convertFile. */
export async function convert(fetched: FetchedLink, { converting }: ConversionDeps, signal: AbortSignal): Promise<ConvertedLink> {
  const { conversion, media, folder, leftMs, card, words } = fetched;
  const { format } = conversion;
  await converting.conversions.change(conversion.id, { state: 'converting' }, signal);
  card.progress(words.converting(format, null));
  const made = await converting.convertFile(
    {
      ...media,
      format,
      folder,
      maxBytes: converting.convertLimits.maxBytes,
      timeoutMs: leftMs,
      onProgress: (part) => card.progress(words.converting(format, part)),
    },
    signal,
  );
  return { ...fetched, made };
}
