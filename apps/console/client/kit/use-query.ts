import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { Topic } from '../../src/live/topics.ts';
import { api, ApiError, withParams, type Params } from './api.ts';
import { invalidate, peek, watch, type Cached } from './cache.ts';
import { useLive } from './live.ts';
import { toast } from './toast.tsx';

export interface Query<T> {
  data: T | undefined;
  /** Of the last attempt; `data` may still be there from an earlier one. */
  error: ApiError | null;
  loading: boolean;
  refetch: () => void;
}

/**
 * What the API answers at an address, kept while pages change and asked for again when one of its topics changes.
 * `path` null: nothing is asked for yet. `keep`: shows the answer of the former address until the new one's is there (for filters).
 */
export function useQuery<T>(
  path: string | null,
  { topics = [], keep = false }: { topics?: readonly Topic[]; keep?: boolean } = {},
): Query<T> {
  const [, update] = useReducer<number, void>((count) => count + 1, 0);
  const last = useRef<T | undefined>(undefined);
  useEffect(() => (path === null ? undefined : watch(path, topics, () => update())), [path]);
  const state: Cached<T> = path === null ? { data: undefined, error: null, loading: false } : peek<T>(path);
  if (state.data !== undefined) last.current = state.data;
  const shown = state.data ?? (keep ? last.current : undefined);
  const refetch = useCallback(() => path !== null && invalidate(path), [path]);
  return { data: shown, error: state.error, loading: state.loading, refetch };
}

/** One page of a long list as the API gives it: `next` is the cursor of the following page, null: this is the last. */
interface PageOf<T> {
  items: T[];
  next: string | null;
}

export interface Infinite<T> {
  items: T[];
  /** Whether the first page has arrived. */
  ready: boolean;
  error: ApiError | null;
  loading: boolean;
  /** Whether there are more. */
  more: boolean;
  loadMore: () => void;
  refetch: () => void;
}

/**
 * A long list, page by page (`cursor` in the query). When a topic changes, the pages that are there are asked for again, one after the other,
 * and replace the old ones together: nothing jumps.
 */
export function useInfinite<T>(path: string, params: Params, { topics = [] }: { topics?: readonly Topic[] } = {}): Infinite<T> {
  const address = withParams(path, params);
  const [state, setState] = useState<{ address: string; items: T[]; next: string | null; ready: boolean }>({
    address,
    items: [],
    next: null,
    ready: false,
  });
  const [error, setError] = useState<ApiError | null>(null);
  const [loading, setLoading] = useState(true);
  const run = useRef<AbortController | null>(null);
  const current = useRef(state);
  current.current = state;

  const load = useCallback(
    async (mode: 'replace' | 'append'): Promise<void> => {
      if (mode === 'append' && run.current) return;
      run.current?.abort();
      const own = new AbortController();
      run.current = own;
      setLoading(true);
      const same = current.current.address === address;
      const wanted = mode === 'append' ? 0 : same ? current.current.items.length : 1;
      let items = mode === 'append' ? current.current.items : [];
      let cursor = mode === 'append' ? current.current.next : null;
      try {
        do {
          const page = await api.get<PageOf<T>>(withParams(path, { ...params, cursor }), own.signal);
          items = [...items, ...page.items];
          cursor = page.next;
        } while (cursor !== null && items.length < wanted);
        setState({ address, items, next: cursor, ready: true });
        setError(null);
      } catch (thrown) {
        if (!own.signal.aborted) setError(thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown), 0));
      } finally {
        if (run.current === own) {
          run.current = null;
          setLoading(false);
        }
      }
    },
    [address],
  );
  useEffect(() => {
    void load('replace');
    return () => run.current?.abort();
  }, [load]);
  useLive(topics, () => void load('replace'));
  const ready = state.ready && state.address === address;
  const more = ready && state.next !== null;
  return {
    items: state.address === address ? state.items : [],
    ready,
    error,
    loading,
    more,
    loadMore: () => {
      if (more && !run.current) void load('append');
    },
    refetch: () => void load('replace'),
  };
}

export interface Mutation<A extends unknown[], R> {
  /** Resolves to undefined if it failed; the reader was told. */
  run: (...args: A) => Promise<R | undefined>;
  busy: boolean;
  error: ApiError | null;
}

/**
 * A change. `invalidates`: beginnings of addresses that are asked for again afterwards. `quiet`: the caller shows the error itself, else a
 * toast does.
 */
export function useMutation<A extends unknown[], R>(
  act: (...args: A) => Promise<R>,
  { invalidates = [], quiet = false, done }: { invalidates?: readonly string[]; quiet?: boolean; done?: (result: R) => void } = {},
): Mutation<A, R> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const latest = useRef(act);
  latest.current = act;
  const run = async (...args: A): Promise<R | undefined> => {
    setBusy(true);
    setError(null);
    try {
      const result = await latest.current(...args);
      invalidate(...invalidates);
      done?.(result);
      return result;
    } catch (thrown) {
      const fault = thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown), 0);
      setError(fault);
      if (!quiet) toast(fault.message, { tone: 'danger' });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return useMemo(() => ({ run, busy, error }), [busy, error]);
}
