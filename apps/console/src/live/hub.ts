import type { TopicChange } from './topics.ts';

/** Tells whoever looks that something changed. */
export interface Live {
  announce(change: TopicChange): void;
  /** `by`: who looks. Returns how to stop. */
  subscribe(listener: (change: TopicChange) => void, by?: string): () => void;
  /** How many look now: of one, or all together. */
  count(by?: string): number;
}

export function createLive(): Live {
  const listeners = new Map<(change: TopicChange) => void, string | undefined>();
  return {
    announce: (change) => {
      const { ids } = change;
      const told = ids && ids.length > 100 ? { topic: change.topic } : change;
      for (const listener of listeners.keys()) listener(told);
    },
    subscribe: (listener, by) => {
      listeners.set(listener, by);
      return () => {
        listeners.delete(listener);
      };
    },
    count: (by) => (by === undefined ? listeners.size : [...listeners.values()].filter((each) => each === by).length),
  };
}
