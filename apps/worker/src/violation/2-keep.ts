import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { onlyId, type ChatFile } from '@watchpost/shared/chat/chat';
import type { Message } from '@watchpost/shared/chat/message';
import type { Logger } from '@watchpost/shared/observability/logger';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import { strongestOf } from '@watchpost/rules/findings';
import type { Violation } from '@watchpost/rules/violation';
import type { Original, Quarantine } from '@watchpost/rules/violations';
import { moderationOf } from '../offered.ts';
import { isGalleryMissing } from '../gallery-ready.ts';
import { originalOf } from '../findings.ts';
import { removingOf } from './1-decide.ts';
import { save, type StoreDeps } from './store.ts';

export interface KeepDeps extends StoreDeps {
  quarantine: Pick<Quarantine, 'canKeep' | 'keepMessage' | 'keepFile' | 'message' | 'files'>;
  /** Larger files are not downloaded. */
  maxBytes: number;
  log: Logger;
}

/**
 * Sees to it that the originals are in quarantine before they are removed, where a rule wants that. Most are by now: whoever found them
 * kept them. Rejects with `removal-refused` if one cannot be kept.
 */
export async function keep(
  violation: Violation,
  platform: Pick<ConnectedPlatform, 'chat' | 'moderation'>,
  deps: KeepDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { id, message: at, findings, removal } = violation;
  const { quarantine } = deps;
  if (strongestOf(removingOf(findings, quarantine.canKeep)) !== 'quarantine') return violation;
  const files = removal.files.filter(({ state }) => state === 'wanted').map(({ fileId }) => fileId);
  if (removal.state !== 'wanted' && files.length === 0) return violation;
  let message: Message | null = null;
  const original = await readable(async () => quarantine.message(id, signal), null);
  if (removal.state === 'wanted' && !original) {
    message = await moderationOf(platform).read(at, signal);
    if (message) await quarantine.keepMessage(id, originalOf(message.content), signal);
  }
  const keptFiles = await readable(async () => quarantine.files(id, signal), []);
  const kept = new Set(keptFiles.map(({ fileId }) => fileId));
  for (const fileId of files.filter((each) => !kept.has(each))) {
    const file = message?.content.files.find((each) => each.id === fileId) ?? onlyId(fileId);
    if (await keepFile(id, file, platform, deps, signal)) kept.add(fileId);
  }
  const others = filesOf(original, message).filter((file) => !kept.has(file.id) && !files.includes(file.id));
  if (removal.state === 'wanted') await keepOthers(id, others, platform, deps, signal);
  if (!original && !message && kept.size === 0) return violation;
  // Also of a file that was found after an admin had the rest deleted.
  const asKept = (now: Violation): Violation =>
    now.kept.state !== 'kept' ? { ...now, kept: { state: 'kept', by: null, atMs: deps.now() } } : now;
  return save(violation, asKept, deps, signal);
}

const filesOf = (original: Original | null, message: Message | null): readonly ChatFile[] =>
  original?.files ?? message?.content.files ?? [];

/** For all of the others together; what is to be removed stands meanwhile. Milliseconds. */
const othersMs = 5_000;

/** Files without a finding stay, but nobody sees them without their message: it is put back with those that can be read at once. */
async function keepOthers(
  id: string,
  files: readonly ChatFile[],
  platform: Pick<ConnectedPlatform, 'chat'>,
  deps: KeepDeps,
  signal: AbortSignal,
): Promise<void> {
  if (files.length === 0) return;
  const inTime = within(signal, othersMs);
  for (const file of files) {
    try {
      await keepFile(id, file, platform, deps, inTime);
    } catch (err) {
      if (signal.aborted || isGalleryMissing(err)) throw err;
      deps.log.warn({ err, violation: id, file: file.id }, 'a file of a removed message is not kept: without it the message is put back');
    }
  }
}

/** What was kept under a key that nobody has any more is not kept. */
async function readable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (toAppError(error).code !== 'envelope-unreadable') throw error;
    return otherwise;
  }
}

/** False: it is gone. */
async function keepFile(
  id: string,
  file: ChatFile,
  { chat }: Pick<ConnectedPlatform, 'chat'>,
  { quarantine, maxBytes }: KeepDeps,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const bytes = await chat.download(file, { maxBytes, source: 'original' }, signal);
    await quarantine.keepFile(id, { fileId: file.id, name: file.name, bytes }, signal);
    return true;
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'file-gone') return false;
    if (error.retry !== 'permanent') throw error;
    throw new AppError('removal-refused', `a file could not be kept (${error.code}), so nothing was removed`, { cause: error });
  }
}
