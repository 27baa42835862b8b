import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post } from '@watchpost/shared/chat/post';
import { plain, say, sectionsOf } from '@watchpost/shared/chat/say';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { isAbsent, type Violation } from '@watchpost/rules/violation';
import type { Original, Quarantine } from '@watchpost/rules/violations';
import { actorRun, authorRun } from '@watchpost/rules/words/parts';
import { moderationOf } from '../offered.ts';
import { markRestored } from '../restored-files.ts';
import { save, type StoreDeps } from '../violation/store.ts';
import { isOver, progressSaver } from './progress.ts';

export interface PutBackDeps extends StoreDeps {
  quarantine: Pick<Quarantine, 'message' | 'files' | 'erase'>;
  documents: DocumentStore;
  log: Logger;
}

/** Does what an admin asked for: has the original posted again, or deletes it. Either way it is kept no longer. */
export async function putBackOrDelete(
  violation: Violation,
  platform: Pick<ConnectedPlatform, 'posts' | 'moderation'>,
  deps: PutBackDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { id, asked } = violation;
  if (!asked) return violation;
  const current = asked.what === 'put-back' ? await putBack(violation, asked.by, platform, deps, signal) : violation;
  if (!current) return save(violation, (now) => ({ ...now, asked: null }), deps, signal);
  await deps.quarantine.erase(id, signal);
  const state = asked.what === 'put-back' ? 'put-back' : 'deleted';
  return save(current, (now) => ({ ...now, asked: null, kept: { state, by: asked.by, atMs: deps.now() } }), deps, signal);
}

/** Null: it cannot be posted, and stays where it is. */
async function putBack(
  violation: Violation,
  by: string,
  platform: Pick<ConnectedPlatform, 'posts' | 'moderation'>,
  deps: PutBackDeps,
  signal: AbortSignal,
): Promise<Violation | null> {
  const { id, message, removal, restored } = violation;
  const { posts } = platform;
  if (isOver(restored)) return violation;
  try {
    const original = await deps.quarantine.message(id, signal);
    const files = await deps.quarantine.files(id, signal);
    if (!original && files.length === 0) return null;
    const { channel, thread } = message;
    // Where only a file could be removed, the message is not said a second time.
    const isThere = removal.state === 'failed' && (await moderationOf(platform).read(message, signal)) !== null;
    const said = original && !isThere ? saidIn(original) : [];
    const wanted = isThere ? files.filter(({ fileId }) => isRemoved(violation, fileId)) : files;
    if (isThere && wanted.length === 0) return violation;
    const long = isLong(said) ? [{ name: 'message.txt', bytes: async () => Buffer.from(said.join('\n\n')) }] : [];
    const uploaded = await uploadAll([...long, ...wanted], posts, deps, signal);
    const post = restoredPost(violation, long.length > 0 ? [] : said, by);
    const write = (now: Violation, progress: Violation['restored']): Violation => ({ ...now, restored: progress });
    const saving = progressSaver(violation, { read: (now) => now.restored, write }, deps, signal);
    const key = `restored-${id}`;
    const progress = await posts.send({ channel, key, post, picture: null, files: uploaded, thread, progress: restored }, saving, signal);
    return { ...violation, restored: progress };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.retry === 'transient') throw error;
    deps.log.error({ err: error, violation: id }, 'an original could not be put back: it stays in quarantine');
    return null;
  }
}

interface KeptFile {
  name: string | null;
  bytes: () => Promise<Uint8Array>;
}

async function uploadAll(files: readonly KeptFile[], posts: ConnectedPlatform['posts'], deps: PutBackDeps, signal: AbortSignal) {
  const uploaded: { id: string; title: string }[] = [];
  for (const { name, bytes } of files) {
    const title = name ?? 'file';
    const id = await posts.upload({ bytes, fileName: title, title, altText: title }, signal);
    // Before any channel shows it: nobody is to remove it once more.
    await markRestored(id, deps, signal);
    uploaded.push({ id, title });
  }
  return uploaded;
}

const isRemoved = ({ removal }: Violation, fileId: string): boolean =>
  removal.files.some((file) => file.fileId === fileId && isAbsent(file.state));

/** The original as our post, with who wrote it. Pure. */
function restoredPost(violation: Violation, said: readonly string[], by: string): Post {
  const head = say`${authorRun(violation)} wrote this. ${actorRun(by)} had it put back:`;
  return { summary: plain(head), picture: null, sections: sectionsOf([head, ...said.map((text) => [{ text }])]), footer: [] };
}

/** Platforms show so much in one message. Texts, and characters. */
const mostShown = { texts: 20, characters: 9_000 };

/** Whether a post would not hold all of it: what was left out would be lost. A mark becomes as many as five characters. */
function isLong(said: readonly string[]): boolean {
  const size = said.reduce((sum, text) => sum + text.replaceAll(/[^\p{L}\p{N}\s]/gu, '&amp;').length, 0);
  return said.length > mostShown.texts || size > mostShown.characters;
}

/** What its readers saw of it: its text, and links and attachments that the text does not have. */
function saidIn({ texts }: Original): string[] {
  const said: string[] = [];
  for (const { where, text } of texts)
    if (!where.startsWith('file ') && where !== 'username' && !said.some((each) => each.includes(text))) said.push(text);
  return said;
}
