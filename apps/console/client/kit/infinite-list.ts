/** One page of a long list as the API gives it: `next` is the cursor of the following page, null: this is the last. */
export interface PageOf<T> {
  items: T[];
  next: string | null;
}

export interface ListState<T> {
  items: T[];
  /** Whether the first page has arrived. */
  ready: boolean;
  /** Of the last attempt; `items` may still be there from an earlier one. */
  error: unknown;
  /** Whether something is asked for that a reader waits for. */
  loading: boolean;
  /** Whether there are more. */
  more: boolean;
}

export interface InfiniteList<T> {
  state: () => ListState<T>;
  /** Asks for the following page, unless a reader waits for something already. */
  loadMore: () => void;
  /** Something in the list changed: what is in view is asked for again, soon. */
  changed: () => void;
  /** The reader changed something, or wants to try again: what is in view is asked for at once. */
  refetch: () => void;
  /** Which items are in view, both included. A list that never says so has all in view. */
  show: (first: number, last: number) => void;
  stop: () => void;
}

interface ReadOptions {
  signal: AbortSignal;
  /** Nobody asked for it but a change. */
  background: boolean;
}

interface ListOptions<T> {
  get: (cursor: string | null, options: ReadOptions) => Promise<PageOf<T>>;
  onChange: () => void;
}

interface LoadedPage<T> extends PageOf<T> {
  cursor: string | null;
  /** Something may have changed since it was read. */
  stale: boolean;
}

/** The pages that were read, and which of them are in view. */
function createPages<T>(get: ListOptions<T>['get']) {
  let pages: LoadedPage<T>[] = [];
  let view: readonly [number, number] | null = null;

  const pageOf = (index: number): number => {
    let end = 0;
    const found = pages.findIndex((page) => (end += page.items.length) > index);
    return found < 0 ? Math.max(0, pages.length - 1) : found;
  };
  const inView = (): readonly [number, number] => (view ? [pageOf(view[0]), pageOf(view[1])] : [0, Math.max(0, pages.length - 1)]);

  return {
    items: () => pages.flatMap((page) => page.items),
    ready: () => pages.length > 0,
    /** Of the following page; null: there is none. */
    next: () => pages.at(-1)?.next ?? null,
    outdate: () => {
      for (const page of pages) page.stale = true;
    },
    /** Whether something in view may be old. */
    show: (from: number, to: number): boolean => {
      view = [from, to];
      const [first, last] = inView();
      return pages.slice(first, last + 1).some(({ stale }) => stale);
    },
    append: async (cursor: string, options: ReadOptions): Promise<void> => {
      pages = [...pages, { ...(await get(cursor, options)), cursor, stale: false }];
    },
    /** Reads those in view anew. */
    replace: async (options: ReadOptions): Promise<void> => {
      const [first, last] = inView();
      const fresh: LoadedPage<T>[] = [];
      let cursor = pages[first]?.cursor ?? null;
      do {
        const page = await get(cursor, options);
        fresh.push({ ...page, cursor, stale: false });
        cursor = page.next;
      } while (cursor !== null && fresh.length <= last - first);
      // Later ones that begin elsewhere than where these end would show somebody twice, or not at all: they are read when they are reached.
      const later = pages.slice(first + fresh.length);
      pages = [...pages.slice(0, first), ...fresh, ...(later[0]?.cursor === cursor ? later : [])];
    },
  };
}

/** After changes have made a list ask for what is in view it rests so long: the next change is shown within a second all the same. Milliseconds. */
const restMs = 700;

/**
 * A long list that grows page by page, and stays current while others change it: of the pages that are there only those in view are asked
 * for again, and replace the old ones together; the others when they come into view. One round is never given up for the next.
 */
export function createInfiniteList<T>({ get, onChange }: ListOptions<T>): InfiniteList<T> {
  const pages = createPages(get);
  let items: T[] = [];
  let error: unknown = null;
  let running: AbortController | null = null;
  let isAwaited = true;
  /** What is to follow what runs. */
  let next: 'nothing' | 'soon' | 'now' = 'nothing';
  let wantsMore = false;
  let restsUntilMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async (background: boolean, read: (options: ReadOptions) => Promise<unknown>): Promise<void> => {
    const own = new AbortController();
    running = own;
    isAwaited = !background;
    onChange();
    try {
      await read({ signal: own.signal, background });
      error = null;
    } catch (thrown) {
      restsUntilMs = Date.now() + restMs;
      error = thrown;
    }
    if (own.signal.aborted) return;
    running = null;
    items = pages.items();
    onChange();
    const follows = next;
    next = 'nothing';
    if (follows === 'now') replace(false);
    else if (wantsMore) loadMore();
    if (follows === 'soon') soon();
  };

  const replace = (background: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    void run(background, async (options) => {
      await pages.replace(options);
      restsUntilMs = Date.now() + restMs;
    });
  };

  const soon = (): void => {
    const waitMs = restsUntilMs - Date.now();
    if (running) next = next === 'now' ? 'now' : 'soon';
    else if (waitMs <= 0) replace(true);
    else
      timer ??= setTimeout(() => {
        timer = undefined;
        soon();
      }, waitMs);
  };

  const loadMore = (): void => {
    wantsMore = running !== null && !isAwaited;
    const cursor = pages.next();
    if (!running && cursor !== null) void run(false, async (options) => pages.append(cursor, options));
  };

  return {
    state: () => ({ items, ready: pages.ready(), error, loading: running !== null && isAwaited, more: pages.next() !== null }),
    loadMore,
    changed: () => {
      pages.outdate();
      soon();
    },
    refetch: () => {
      pages.outdate();
      if (running) next = 'now';
      else replace(false);
    },
    show: (first, last) => {
      if (pages.show(first, last)) soon();
    },
    stop: () => {
      running?.abort();
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
