import type { ChatDirectory, ChatReactions } from '@watchpost/shared/chat/directory';
import type { ChatMembers } from '@watchpost/shared/chat/members';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import type { ChatPosts } from '@watchpost/shared/chat/posts';

const unexpected = async (): Promise<never> => {
  throw new Error('nobody was to be asked');
};

/** For tests whose subject neither posts nor talks to members: each call fails. */
export const silentChat: {
  posts: ChatPosts;
  members: ChatMembers;
  moderation: ChatModeration;
  directory: ChatDirectory;
  reactions: ChatReactions;
  prefix: string;
  talk: null;
} = {
  prefix: 'slack',
  talk: null,
  moderation: { canRemove: unexpected, removeMessage: unexpected, removeFile: unexpected, read: unexpected, recent: unexpected },
  directory: {
    member: unexpected,
    channel: unexpected,
    group: unexpected,
    groupMembers: unexpected,
    emoji: unexpected,
    publicPicture: unexpected,
    written: unexpected,
  },
  reactions: { add: unexpected, remove: unexpected },
  posts: { send: unexpected, edit: unexpected, swapPicture: unexpected, upload: unexpected, withdraw: unexpected, remove: unexpected },
  members: {
    mayRead: unexpected,
    mayName: unexpected,
    mayAdminister: unexpected,
    tell: unexpected,
    answer: unexpected,
    message: unexpected,
    showHome: unexpected,
    memberName: unexpected,
  },
};
