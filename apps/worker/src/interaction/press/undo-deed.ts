import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { unchangePost } from './change-post.ts';
import type { Pressed, PressDeps } from './press.ts';
import { sentences } from './sentences.ts';

/** Takes back everything that one press did, newest first; whoever may name people may do that, whoever it was. */
export async function undoDeed({ press: { target }, asker }: Pressed, deps: PressDeps, signal: AbortSignal): Promise<RichText> {
  if (target.subject === null) return sentences.outdated();
  const kept = await deps.notes.ofEntry(target.subject, signal);
  if (kept?.notes.undone) {
    // Of an attempt that was killed before the post knew.
    await unchangePost(kept.notes, deps, signal);
    return sentences.undone(kept.notes.summary);
  }
  const entries = kept?.notes.entries ?? [target.subject];
  for (const entry of entries.toReversed()) await undoEntry(entry, deps, signal, asker);
  const summary = kept?.notes.summary ?? 'the last change';
  // Without notes it is a change of long ago, or one that was made elsewhere.
  await unchangePost(kept?.notes ?? { visit: target.visit, entries, said: null }, deps, signal);
  if (kept) await deps.notes.save({ ...kept, notes: { ...kept.notes, undone: true } }, signal);
  return sentences.undone(summary);
}

async function undoEntry(entry: string, { operations }: PressDeps, signal: AbortSignal, { actor }: Pressed['asker']): Promise<void> {
  try {
    await operations.undo(entry, actor, signal);
  } catch (error) {
    // A double click, two readers at once, or an attempt that was killed afterwards.
    const { code, message } = toAppError(error);
    if (code !== 'change-refused' || message !== 'it was undone already') throw error;
  }
}
