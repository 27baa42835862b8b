import type { ChatPosts } from '@watchpost/shared/chat/posts';
import type { Turns } from '@watchpost/shared/chat/turns';
import type { SlackCall } from './calls.ts';
import { edit, swapPicture } from './posting/edit.ts';
import { createWhoAmI } from './posting/find-post.ts';
import { removeFile } from './posting/remove-file.ts';
import { uploadPrivately } from './posting/private-upload.ts';
import { send, type SendOptions } from './posting/send.ts';
import { withdraw } from './posting/withdraw.ts';

/** What tests need shorter. */
export type PostingTimes = Pick<SendOptions, 'uploadTimeoutMs' | 'inPlace' | 'readyAfterMs' | 'giveUpPictureMs' | 'settleMs'> & {
  readBackAfterMs: readonly number[];
};

const defaults: PostingTimes = {
  uploadTimeoutMs: 60_000,
  inPlace: { forMs: 60_000, tries: 3, backoff: { firstMs: 1_000, maxMs: 10_000 } },
  readyAfterMs: [500, 1_000, 2_000, 4_000],
  giveUpPictureMs: 60_000,
  settleMs: 30_000,
  readBackAfterMs: [500, 1_500],
};

export interface SlackPostsOptions {
  call: SlackCall;
  turns: Turns;
  times?: Partial<PostingTimes>;
}

/** Slack's posts as ChatPosts, and the same for direct messages. */
export interface SlackPosts extends ChatPosts {
  /** As `send`. If a lost answer cannot be looked for, because we may not read the channel, it is sent again. */
  sendDirect: ChatPosts['send'];
}

/** Posts in Slack, each exactly once. */
export function createSlackPosts({ call, turns, times }: SlackPostsOptions): SlackPosts {
  const options = { ...defaults, ...times, call, turns, whoAmI: createWhoAmI(call) };
  return {
    send: (message, save, signal) => send({ message, save, options, mayRepeat: false, signal }),
    sendDirect: (message, save, signal) => send({ message, save, options, mayRepeat: true, signal }),
    edit: (shown, signal) => edit(shown, options, signal),
    swapPicture: (shown, signal) => swapPicture(shown, options, signal),
    upload: (picture, signal) => uploadPrivately(picture, options, signal),
    withdraw: (post, signal) => withdraw(post, options, signal),
    remove: (fileId, signal) => removeFile(options, fileId, signal),
  };
}
