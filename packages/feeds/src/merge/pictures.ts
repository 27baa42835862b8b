import type { Written } from '@watchpost/shared/chat/written';
import type { Entry, EntryPicture } from '../entry.ts';

/**
 * The pictures of what is published, in its order; behind them those that readers should no longer see, until the hand-off has removed
 * them from their destination.
 */
export function picturesOf(written: Written | null, known: readonly EntryPicture[]): EntryPicture[] {
  const wanted = (written?.pictures ?? []).map(({ id, altText }) => {
    const picture = known.find(({ fileId }) => fileId === id);
    return picture ? { ...picture, altText } : waiting(id, altText);
  });
  const ids = new Set(wanted.map(({ fileId }) => fileId));
  const left = known.filter(({ fileId, name }) => !ids.has(fileId) && name !== null).map((picture) => ({ ...picture, altText: null }));
  return [...wanted.filter(({ fileId }, index) => wanted.findIndex((each) => each.fileId === fileId) === index), ...left];
}

function waiting(fileId: string, altText: string | null): EntryPicture {
  const unknown = { url: null, name: null, widthPx: null, heightPx: null, mimeType: null, sizeBytes: null };
  return { fileId, state: 'waiting', ...unknown, altText };
}

/** Which files readers are to see: when that changes, there is something to hand off or to take back. */
export const wantedFiles = ({ published }: Pick<Entry, 'published'>): string[] => (published?.written.pictures ?? []).map(({ id }) => id);
