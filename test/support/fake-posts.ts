import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { ChatPosts, NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';

/** A message in a channel, as its readers see it. */
interface FakeMessage {
  messageId: string;
  channel: ChannelKey;
  key: string;
  thread: string | null;
  post: Post;
  fileId: string | null;
  /** Somebody has deleted it. */
  isDeleted: boolean;
}

export interface FakePosts extends ChatPosts {
  messages: FakeMessage[];
  /** Uploaded pictures by id, shown or not. */
  files: Map<string, Uint8Array>;
  edits: number;
  swaps: number;
  /** Whether the picture of a message can be replaced. */
  swapping: 'works' | 'kept';
  /** Called before and after each thing that others can see, and may throw: the process was killed, or the answer lost. */
  step: () => void;
  /** Messages of a channel that nobody has deleted; replies are not counted. */
  shown(): FakeMessage[];
  replies(): FakeMessage[];
}

const untouched: PostProgress = { state: 'uploaded', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: null };

/** A chat platform's posts in memory. As on a real one, sending the same message twice shows it twice. */
export function createFakePosts(now: () => number): FakePosts {
  let serial = 0;
  const nextId = (prefix: string): string => `${prefix}${(serial += 1)}`;
  const visible = async <T>(work: () => T | Promise<T>): Promise<T> => {
    fake.step();
    const result = await work();
    fake.step();
    return result;
  };
  const find = (messageId: string): FakeMessage | undefined =>
    fake.messages.find((each) => each.messageId === messageId && !each.isDeleted);
  const uploadOf = async ({ bytes }: { bytes: () => Promise<Uint8Array> }): Promise<string> => {
    const made = await bytes();
    return visible(() => {
      const fileId = nextId('F');
      fake.files.set(fileId, made);
      return fileId;
    });
  };

  const send = async (message: NewPost, save: (progress: PostProgress) => Promise<void>): Promise<PostProgress> => {
    let progress = message.progress ?? untouched;
    const reach = async (over: Partial<PostProgress>): Promise<PostProgress> => {
      progress = { ...progress, ...over };
      await save(progress);
      return progress;
    };
    if (progress.state === 'posted' || progress.state === 'gone') return progress;
    if (progress.state === 'asked') {
      const found = fake.messages.find(({ key }) => key === message.key);
      if (found) return reach({ state: 'posted', askedAtMs: null, messageId: found.messageId });
    }
    if (progress.fileId === null && message.picture) {
      await reach({ fileId: await uploadOf(message.picture), uploadedAtMs: now() });
    }
    await reach({ state: 'asked', askedAtMs: now() });
    const { channel, key, thread, post } = message;
    const messageId = await visible(() => {
      const id = nextId('M');
      fake.messages.push({ messageId: id, channel, key, thread, post, fileId: progress.fileId, isDeleted: false });
      return id;
    });
    return reach({ state: 'posted', askedAtMs: null, messageId });
  };

  const fake: FakePosts = {
    messages: [],
    files: new Map(),
    edits: 0,
    swaps: 0,
    swapping: 'works',
    step: () => undefined,
    shown: () => fake.messages.filter(({ thread, isDeleted }) => thread === null && !isDeleted),
    replies: () => fake.messages.filter(({ thread, isDeleted }) => thread !== null && !isDeleted),
    send,
    edit: ({ messageId, post, fileId }) =>
      visible(() => {
        const message = find(messageId);
        if (!message) return 'gone';
        fake.edits += 1;
        Object.assign(message, { post, fileId });
        return 'edited';
      }),
    swapPicture: ({ messageId, post, fileId }) =>
      visible(() => {
        const message = find(messageId);
        if (!message) return 'gone';
        if (!fake.files.has(fileId)) throw new AppError('chat-refused', 'no such file');
        if (fake.swapping === 'kept') return 'kept';
        fake.swaps += 1;
        Object.assign(message, { post, fileId });
        return 'swapped';
      }),
    upload: (picture) => uploadOf(picture),
    withdraw: ({ messageId }) =>
      visible(() => {
        const message = find(messageId);
        if (message) message.isDeleted = true;
      }),
    remove: (fileId) => visible(() => void fake.files.delete(fileId)),
  };
  return fake;
}
