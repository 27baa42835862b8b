import type { TopicChange } from './topics.ts';

/** Tells whoever looks that something changed. */
export interface Live {
  announce(change: TopicChange): void;
  /** Returns how to stop. */
  subscribe(listener: (change: TopicChange) => void): () => void;
  /** How many look now. */
  count(): number;
}

export function createLive(): Live {
  const listeners = new Set<(change: TopicChange) => void>();
  return {
    announce: (change) => {
      const { ids } = change;
      const told = ids && ids.length > 100 ? { topic: change.topic } : change;
      for (const listener of listeners) listener(told);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    count: () => listeners.size,
  };
}
