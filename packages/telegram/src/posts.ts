import type { ChatPosts } from '@watchpost/shared/chat/posts';
import { edit, swapPicture } from './posting/edit.ts';
import { createHeldFiles } from './posting/held-files.ts';
import { send, type PostingParts } from './posting/send.ts';
import { withdraw } from './posting/withdraw.ts';

/** Posts on Telegram, each at least once. */
export function createTelegramPosts(options: Omit<PostingParts, 'held'>): ChatPosts {
  const parts = { ...options, held: createHeldFiles() };
  return {
    send: (message, save, signal) => send(message, save, parts, signal),
    edit: (shown, signal) => edit(shown, parts, signal),
    swapPicture: (shown, signal) => swapPicture(shown, parts, signal),
    upload: (picture) => parts.held.add(picture),
    withdraw: (post, signal) => withdraw(post, parts, signal),
    // A picture of Telegram's is shown where a message shows it, and nowhere else: that message was edited.
    remove: async (fileId) => {
      parts.held.drop(fileId);
      return Promise.resolve();
    },
  };
}
