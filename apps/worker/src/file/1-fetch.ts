import { chatFileSchema, onlyId, type ChannelKey, type ChatFile } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Envelope } from '@watchpost/shared/envelope';
import type { FileJob } from '@watchpost/shared/jobs/file-job';
import { openJson, openedOrNull } from '@watchpost/shared/jobs/sealed';

export interface FetchDeps {
  envelope: Envelope;
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'chat'>;
  /** Larger files are not read. */
  maxBytes: number;
}

export interface Fetched {
  file: ChatFile;
  bytes: Uint8Array;
}

/** The file with its bytes. Rejects as ChatPlatform.download. */
export async function fetchFile(job: FileJob, { envelope, platformFor, maxBytes }: FetchDeps, signal: AbortSignal): Promise<Fetched> {
  const file = fileOf(job, envelope);
  return { file, bytes: await platformFor(job.channel).chat.download(file, { maxBytes, source: 'original' }, signal) };
}

function fileOf({ id, fileId, sealed }: FileJob, envelope: Envelope): ChatFile {
  if (sealed === null) return onlyId(fileId);
  return openedOrNull(() => openJson(envelope, sealed, id, chatFileSchema)) ?? onlyId(fileId);
}
