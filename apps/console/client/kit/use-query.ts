import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { Topic } from '../../src/live/topics.ts';
import { api, toApiError, withParams, type ApiError, type Params } from './api.ts';
import { invalidate, peek, watch, type Cached } from './cache.ts';
import { createInfiniteList, type ListState, type PageOf } from './infinite-list.ts';
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

export interface Infinite<T> extends ListState<T> {
  error: ApiError | null;
  loadMore: () => void;
  refetch: () => void;
  /** It may be another one now, though nobody did anything. */
  changed: () => void;
  /** Which items are in view; see `createInfiniteList`. */
  show: (first: number, last: number) => void;
}

/** A long list, page by page (`cursor` in the query), asked for again when one of its topics changes: see `createInfiniteList`. */
export function useInfinite<T>(path: string, params: Params, { topics = [] }: { topics?: readonly Topic[] } = {}): Infinite<T> {
  const address = withParams(path, params);
  const [, update] = useReducer<number, void>((count) => count + 1, 0);
  const list = useMemo(
    () =>
      createInfiniteList<T>({
        get: async (cursor, options) => api.get<PageOf<T>>(withParams(path, { ...params, cursor }), options),
        onChange: () => update(),
      }),
    [address],
  );
  useEffect(() => {
    list.refetch();
    return list.stop;
  }, [list]);
  useLive(topics, list.changed);
  const { error, ...state } = list.state();
  const { loadMore, refetch, changed, show } = list;
  return { ...state, error: error === null ? null : toApiError(error), loadMore, refetch, changed, show };
}

export interface Mutation<A extends unknown[], R> {
  /** Resolves to undefined if it failed, and the reader was told, or if the same is being done already. */
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
  const wanted = { act, done };
  const latest = useRef(wanted);
  latest.current = wanted;
  const running = useRef(new Set<string>());
  const run = async (...args: A): Promise<R | undefined> => {
    // Enter twice is one wish.
    const asked = JSON.stringify(args);
    if (running.current.has(asked)) return undefined;
    running.current.add(asked);
    setBusy(true);
    setError(null);
    // Of the page as it looks now: `run` is kept while it changes.
    const { current } = latest;
    try {
      const result = await current.act(...args);
      invalidate(...invalidates);
      current.done?.(result);
      return result;
    } catch (thrown) {
      const fault = toApiError(thrown);
      setError(fault);
      if (!quiet) toast(fault.message, { tone: 'danger' });
      return undefined;
    } finally {
      running.current.delete(asked);
      setBusy(running.current.size > 0);
    }
  };
  return useMemo(() => ({ run, busy, error }), [busy, error]);
}
