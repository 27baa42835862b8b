import { useEffect, useRef, useState } from 'preact/hooks';
import type { Topic, TopicChange } from '../../src/live/topics.ts';
import { invalidateAll, invalidateTopic } from './cache.ts';

type Listener = (change: TopicChange) => void;

const listeners = new Set<Listener>();
const connectionListeners = new Set<(connected: boolean) => void>();
let source: EventSource | null = null;
let retry: number | undefined;
let connected = true;
/** Also before it opens for the first time: pages have asked already, and nobody has told us of changes since. */
let wasLost = true;
/** Told at once when a tab comes back: a hidden tab may have slept through changes. */
let hiddenSinceMs: number | null = null;

/** Three beats are missing: the stream is dead, or a proxy keeps what it should pass on. Milliseconds. */
const silentMs = 40_000;
/** A stream that a proxy cuts now and then is back after a second: nobody needs to hear of that. Milliseconds. */
const graceMs = 5_000;
let silent: number | undefined;
let lost: number | undefined;

function announce(now: boolean): void {
  connected = now;
  for (const listener of connectionListeners) listener(now);
}

/** Opens the stream of changes, once; the browser opens it again whenever it breaks. */
export function openLive(): void {
  if (source) return;
  source = new EventSource('/api/live');
  awaitBeat();
  source.addEventListener('beat', arrives);
  source.addEventListener('error', () => {
    wasLost = true;
    lost ??= window.setTimeout(announce, graceMs, false);
    // A refusal ends the stream for good: try again as long as there is a page.
    if (source?.readyState === EventSource.CLOSED) {
      announce(false);
      clearTimeout(silent);
      source = null;
      retry = window.setTimeout(openLive, 3_000);
    }
  });
  source.addEventListener('change', ({ data }: MessageEvent<string>) => {
    const change: TopicChange = JSON.parse(data);
    // A console of the release before has no beats.
    arrives();
    invalidateTopic(change);
    for (const listener of listeners) listener(change);
  });
}

/** Something comes through the stream. */
function arrives(): void {
  awaitBeat();
  clearTimeout(lost);
  lost = undefined;
  announce(true);
  // What changed meanwhile nobody has told us.
  if (wasLost) everythingChanged(true);
  wasLost = false;
}

/** Where none comes the stream is opened anew, and pages ask for what they show meanwhile. */
function awaitBeat(): void {
  clearTimeout(silent);
  silent = window.setTimeout(() => {
    announce(false);
    closeLive();
    everythingChanged(true);
    openLive();
  }, silentMs);
}

/** Ends the stream: whoever looked has signed out. */
export function closeLive(): void {
  for (const timer of [retry, silent, lost]) clearTimeout(timer);
  lost = undefined;
  source?.close();
  source = null;
  wasLost = true;
}

function everythingChanged(background: boolean): void {
  invalidateAll(background);
  for (const listener of listeners) for (const topic of listenedTopics) listener({ topic });
}

const listenedTopics = new Set<Topic>();

/** Calls back when one of the topics changed. What `useQuery` shows is asked for again without it. */
export function useLive(topics: readonly Topic[], onChange: (change: TopicChange) => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const key = topics.join(',');
  useEffect(() => {
    if (topics.length === 0) return undefined;
    for (const topic of topics) listenedTopics.add(topic);
    const listener: Listener = (change) => {
      if (topics.includes(change.topic)) latest.current(change);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [key]);
}

/** Whether changes arrive. */
export function useConnected(): boolean {
  const [now, setNow] = useState(connected);
  useEffect(() => {
    connectionListeners.add(setNow);
    return () => {
      connectionListeners.delete(setNow);
    };
  }, []);
  return now;
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    hiddenSinceMs = Date.now();
    return;
  }
  if (hiddenSinceMs !== null && Date.now() - hiddenSinceMs > 60_000 && source) everythingChanged(false);
  hiddenSinceMs = null;
});
