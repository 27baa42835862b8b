import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { VisitRig } from './visit-rig.ts';

const never = new AbortController().signal;

/** Notes a post that shows Ada, and that nothing else knows any more: `old-NUMBER`, so many milliseconds after now. */
export async function notePost(rig: VisitRig, number: number): Promise<void> {
  const key = `old-${number}`;
  const post = { summary: `Ada was there (${key})`, picture: null, sections: [], footer: [] };
  const message = { channel: 'slack:CRESULTS' as const, key, post, picture: null, thread: null, progress: null };
  const { messageId } = await rig.posts.send(message, async () => undefined, never);
  const about = { kind: 'visit' as const, id: key };
  const known = { about, channel: 'slack:CRESULTS' as const, messageId: messageId ?? '', pictures: [], persons: ['ada'] };
  await createKnownPosts(rig.documents).note({ ...known, atMs: rig.nowMs + number }, never);
}
