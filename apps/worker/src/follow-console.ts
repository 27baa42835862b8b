import type { OpenedCameras } from '@watchpost/cameras/open-cameras';
import { followStoredSettings } from '@watchpost/cameras/stored/follow-stored';
import type { OpenedFeeds } from '@watchpost/feeds/open-feeds';
import { followClosings } from '@watchpost/feeds/store/closings';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { raceAbort } from '@watchpost/shared/wait';

export interface FollowConsoleDeps {
  documents: DocumentStore;
  cameras: Pick<OpenedCameras, 'layOver'>;
  feeds: Pick<OpenedFeeds, 'closeByHand'>;
  log: Logger;
}

/**
 * What people set in the console holds here some two seconds later: the settings of cameras, and which feeds are closed. Resolves when this is
 * known: until then a feed that is closed would take messages. Rejects with `aborted`.
 */
export async function followConsole(
  { documents: opened, cameras, feeds, log }: FollowConsoleDeps,
  lifecycle: Pick<Lifecycle, 'stopping' | 'onStop'>,
): Promise<void> {
  const documents = async (): Promise<DocumentStore> => opened;
  const settings = followStoredSettings({ documents, take: (overrides) => cameras.layOver(overrides), log }, lifecycle.stopping);
  lifecycle.onStop('camera settings of the console', () => settings);
  const closings = followClosings({ documents, take: (closed) => feeds.closeByHand(closed), log }, lifecycle.stopping);
  lifecycle.onStop('closed feeds', () => closings.done);
  await raceAbort(closings.known, lifecycle.stopping);
}
