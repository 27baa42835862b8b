import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { ChatPosts } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { CallObserver } from '@watchpost/shared/observability/observe-calls';

/** What is done with a post. `picture`: another one is put into it. */
type PostKind = 'post' | 'edit' | 'picture' | 'upload' | 'withdraw' | 'remove';

/** An alert asks for them, so they are there from the start: Prometheus sees no growth in a series that begins with what it counts. */
const failures = ['chat-unavailable', 'chat-refused', 'chat-not-authorised', 'internal'];

/** The same platform, but what is posted and what is refused as too much is counted. */
export type ObservePlatform = (platform: ConnectedPlatform) => ConnectedPlatform;

/** Counts in `posts_total`; downloads and uploads also in what `observer` counts. */
export function createPlatformObserver(metrics: Metrics, observer: CallObserver): ObservePlatform {
  const counter = metrics.counter('posts_total', 'What was done with posts, by how it ended', ['platform', 'kind', 'outcome']);
  return (platform) => {
    const { prefix, chat, posts } = platform;
    const { work } = observer(prefix);
    for (const kind of ['post', 'edit']) for (const outcome of failures) counter.inc({ platform: prefix, kind, outcome }, 0);
    const counted = async <T>(kind: PostKind, outcomeOf: (result: T) => string, deed: () => Promise<T>): Promise<T> => {
      try {
        const result = await deed();
        counter.inc({ platform: prefix, kind, outcome: outcomeOf(result) });
        return result;
      } catch (error) {
        counter.inc({ platform: prefix, kind, outcome: error instanceof AppError ? error.code : 'internal' });
        throw error;
      }
    };
    const observed: ChatPosts = {
      send: async (...args) =>
        counted(
          'post',
          ({ state }) => state,
          async () => posts.send(...args),
        ),
      edit: async (...args) => counted('edit', String, async () => posts.edit(...args)),
      swapPicture: async (...args) => counted('picture', String, async () => posts.swapPicture(...args)),
      upload: async (...args) =>
        counted(
          'upload',
          () => 'uploaded',
          async () => work('upload', async () => posts.upload(...args)),
        ),
      withdraw: async (...args) =>
        counted(
          'withdraw',
          () => 'withdrawn',
          async () => posts.withdraw(...args),
        ),
      remove: async (...args) =>
        counted(
          'remove',
          () => 'removed',
          async () => posts.remove(...args),
        ),
    };
    return {
      ...platform,
      chat: { ...chat, download: async (...args) => work('download', async () => chat.download(...args)) },
      posts: { ...posts, ...observed },
    };
  };
}
