import { openDocuments, type OpenedDocuments } from '@watchpost/gallery/open-documents';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import { raceAbort } from '@watchpost/shared/wait';

/** The database, opened in the background: this process starts without it. */
export interface BackgroundDocuments {
  isOpen(): boolean;
  opened(signal: AbortSignal): Promise<OpenedDocuments>;
  /** Whether a newer release keeps the documents, as far as is known. */
  isNewer(): boolean;
  /** Resolves when it is closed again, after the signal has aborted. */
  done: Promise<void>;
}

/** Between two attempts to open it, milliseconds. */
const backoff = { firstMs: 500, maxMs: 10_000 };

/** Opens the documents of the gallery's database, and tries again while that fails. */
export function openInBackground(config: StorageConfig, log: Logger, stopping: AbortSignal): BackgroundDocuments {
  let isOpen = false;
  let current: OpenedDocuments | null = null;
  let refused = false;
  const onRetry = (err: unknown, next: { waitMs: number }): void => {
    refused = toAppError(err).code === 'database-newer';
    log.warn({ err, ...next }, 'the database cannot be opened yet: no feed can be read');
  };
  const open = async (): ReturnType<typeof openDocuments> => {
    const opened = await retry(() => openDocuments(config, { log }, stopping), { backoff, onRetry }, stopping);
    isOpen = true;
    refused = false;
    current = opened;
    return opened;
  };
  const opening = open();
  const closed = async (): Promise<void> => {
    const opened = await opening.catch(() => null);
    if (!opened) return;
    await raceAbort(new Promise<never>(() => undefined), stopping).catch(() => undefined);
    await opened.close();
  };
  return {
    isOpen: () => isOpen,
    opened: async (signal) => raceAbort(opening, signal),
    isNewer: () => refused || (current?.followed.isNewer() ?? false),
    done: closed(),
  };
}
