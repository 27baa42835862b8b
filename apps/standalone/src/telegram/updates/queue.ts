import type { Json } from '../world/model.ts';

export const updateKinds = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'callback_query',
  'my_chat_member',
] as const;
export type UpdateKind = (typeof updateKinds)[number];

/** An update that the bot has not taken yet. */
export interface Waiting {
  id: number;
  /** Updates of one lane are delivered one after the other: a chat's, or a person's clicks. */
  lane: string;
  body: Json;
  /** How many times it is still to be delivered. */
  copies: number;
  expiresAtMs: number;
}

export interface Delivering {
  copies?: number;
  delayMs?: number;
  clicksFirst?: boolean;
}

export interface UpdateQueue {
  push(kind: UpdateKind, lane: string, content: Json): void;
  /** What waits now, the oldest first. */
  waiting(): readonly Waiting[];
  /** It has been delivered once; true: that was the last time. */
  delivered(update: Waiting): boolean;
  drop(): void;
  /** Which kinds are kept from now on; an empty list: all. */
  allow(kinds: readonly string[]): void;
  allowed(): readonly string[];
  deliver(how: Delivering): void;
  /** With those that come later. */
  pending(): number;
  /** Calls back when something new waits; returns how to stop that. */
  onNew(listener: () => void): () => void;
  close(): void;
}

/** How long Telegram keeps clicks, and how long everything else, milliseconds. */
const clickLifeMs = 150_000;
const updateLifeMs = 86_400_000;
/** So much later come messages that clicks overtake, milliseconds. */
const overtakenMs = 300;

/** Keeps updates until they are taken. `firstId`: of updates. */
export function createUpdateQueue(firstId: number): UpdateQueue {
  let queue: Waiting[] = [];
  let how: Required<Delivering> = { copies: 1, delayMs: 0, clicksFirst: false };
  let kept: readonly string[] = [];
  let nextId = firstId;
  const timers = new Set<NodeJS.Timeout>();
  const listeners = new Set<() => void>();
  const isKept = (kind: UpdateKind): boolean => kept.length === 0 || kept.includes(kind);

  const arrive = (kind: UpdateKind, lane: string, content: Json, copies: number): void => {
    if (!isKept(kind)) return;
    const id = nextId;
    nextId += 1;
    const lifeMs = kind === 'callback_query' ? clickLifeMs : updateLifeMs;
    queue.push({ id, lane, body: { update_id: id, [kind]: content }, copies, expiresAtMs: Date.now() + lifeMs });
    for (const listener of listeners) listener();
  };
  const waiting = (): readonly Waiting[] => {
    queue = queue.filter(({ expiresAtMs }) => expiresAtMs > Date.now());
    return queue;
  };
  return {
    push: (kind, lane, content) => {
      const { copies, delayMs, clicksFirst } = how;
      const laterMs = delayMs + (clicksFirst && kind !== 'callback_query' ? overtakenMs : 0);
      if (laterMs === 0) return arrive(kind, lane, content, copies);
      const timer = setTimeout(() => {
        timers.delete(timer);
        arrive(kind, lane, content, copies);
      }, laterMs);
      timers.add(timer);
    },
    waiting,
    delivered: (update) => {
      update.copies -= 1;
      if (update.copies > 0) return false;
      queue = queue.filter((each) => each !== update);
      return true;
    },
    drop: () => (queue = []),
    allow: (kinds) => {
      const known = kinds.filter((kind) => updateKinds.some((each) => each === kind));
      kept = kinds.length > 0 && known.length === 0 ? [] : known;
    },
    allowed: () => kept,
    deliver: (change) => (how = { ...how, ...change }),
    pending: () => waiting().length + timers.size,
    onNew: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue = [];
    },
  };
}
