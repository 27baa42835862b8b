import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Entry } from '@watchpost/feeds/entry';
import { toAppError, type AppError } from '@watchpost/shared/errors';
import { isSameFile, saveDelivery, type DeliveredPicture } from './deliveries.ts';
import { destinationOf, type DestinationDeps } from './destinations.ts';

export interface TakeBackDeps extends DestinationDeps {
  documents: DocumentStore;
}

/** When a picture that could not be removed is looked at again, at the latest. Milliseconds. */
const againMs = 900_000;

/**
 * Removes pictures from where they were brought, and then the notes of it. One that cannot be removed holds up no other: it stays noted, and
 * is looked at again soon. Resolves to why that was; null: all are gone.
 */
export async function takeBack(
  items: readonly DeliveredPicture[],
  of: Pick<Entry, 'channel' | 'messageId'>,
  deps: TakeBackDeps,
  signal: AbortSignal,
): Promise<AppError | null> {
  let failure: AppError | null = null;
  for (const item of items) {
    try {
      await destinationOf(item, null, deps).remove(item.name, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted || !error.code.startsWith('destination-')) throw error;
      failure ??= error;
      continue;
    }
    await saveDelivery(deps.documents, of, (now) => ({ ...now, items: now.items.filter((each) => !isSameFile(each, item)) }), null, signal);
  }
  if (failure) await saveDelivery(deps.documents, of, (now) => now, { withinMs: againMs }, signal);
  return failure;
}
