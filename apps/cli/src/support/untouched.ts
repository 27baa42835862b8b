import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { epochId, epochKind } from '@watchpost/shared/documents/epoch';
import { isInUse } from '@watchpost/shared/documents/in-use';
import { AppError } from '@watchpost/shared/errors';

/**
 * Looks whether anybody works with a database, which takes some seconds where somebody did lately; rejects with `move-refused` then. `which`: what
 * it is called in messages. Resolves to a function that looks again, and rejects with `move-refused` if anybody has worked with it since:
 * whoever does writes the pulse at once. `isCopied`: all has been changed over by then, as the message says.
 */
export async function assertUntouched(
  { documents }: { documents: Pick<DocumentStore, 'get'> },
  which: string,
  signal: AbortSignal,
): Promise<(moment?: { isCopied: boolean }) => Promise<void>> {
  const revision = async (): Promise<number> => (await documents.get(epochKind, epochId, signal)).document?.revision ?? 0;
  const before = await revision();
  if ((await isInUse(documents, signal)) || (await revision()) !== before)
    throw new AppError(
      'move-refused',
      `watchpost still works with the database that is ${which}: stop ingest, workers, feed and console first`,
    );
  return async ({ isCopied } = { isCopied: false }) => {
    if ((await revision()) !== before)
      throw new AppError(
        'move-refused',
        `${isCopied ? 'everything is copied, but ' : ''}a process has begun to work with the database that is ${which}, and what it wrote is not in the copy: stop it, and run this again${isCopied ? ' with --replace' : ''}`,
      );
  };
}
