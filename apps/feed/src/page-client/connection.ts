import type { ShownEntry } from './shown.ts';

/** How the page is connected, as it says in words. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface ConnectionOptions {
  /** The place in the feed from which events are wanted. */
  since: string;
  onEntry: (entry: ShownEntry) => void;
  onRemoved: (id: string) => void;
  /** The feed's own settings are others now. */
  onFeed: () => void;
  onState: (state: ConnectionState) => void;
  /** The place is too old to go on from: reads everything anew, and resolves to the new place. */
  onReset: () => Promise<string>;
}

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** Out of sight for longer than this, a connection may be dead without knowing it: a laptop that slept. */
const longHiddenMs = 30_000;

/**
 * Follows the feed's events and never gives up. The browser repeats a broken connection by itself, and says what it had last; where it
 * gives up, because the server answered with an error, this goes on, at growing intervals. `reset` reads everything anew.
 */
export function follow({ since: from, onEntry, onRemoved, onFeed, onState, onReset }: ConnectionOptions): { reset(): void } {
  let since = from;
  let source: EventSource | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiddenAtMs = 0;

  const down = (): void => onState(navigator.onLine ? 'reconnecting' : 'offline');
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const later = (): void => {
    close();
    down();
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** failures++);
    // Spread, so that all readers of a server that was away do not come back in one instant.
    timer = setTimeout(open, waitMs * (0.5 + Math.random() / 2));
  };
  const reset = async (): Promise<void> => {
    close();
    try {
      since = await onReset();
    } catch {
      later();
      return;
    }
    open();
  };
  const open = (): void => {
    close();
    const url = new URL('events', location.href);
    url.searchParams.set('since', since);
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener('open', () => {
      failures = 0;
      onState('live');
    });
    opened.addEventListener('error', () => (opened.readyState === EventSource.CLOSED ? later() : down()));
    const take = (kind: string, act: (data: string) => void): void =>
      opened.addEventListener(kind, (event: MessageEvent<string>) => {
        act(event.data);
        if (event.lastEventId !== '') since = event.lastEventId;
      });
    take('entry', (data) => {
      const entry: ShownEntry = JSON.parse(data);
      onEntry(entry);
    });
    take('removed', (data) => {
      const { id }: { id: string } = JSON.parse(data);
      onRemoved(id);
    });
    take('feed', onFeed);
    opened.addEventListener('reset', () => void reset());
  };

  addEventListener('online', open);
  addEventListener('offline', down);
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenAtMs = Date.now();
    else if (Date.now() - hiddenAtMs > longHiddenMs) open();
  });
  onState('connecting');
  open();
  return { reset: () => void reset() };
}
