import { useLocation } from 'preact-iso';
import { withParams } from './api.ts';

type Param<V extends string> = [value: V, set: (value: V, options?: { push?: boolean }) => void];

/**
 * One value in the query of the address, so that what a page shows can be bookmarked. Setting the `fallback` takes it out of the address.
 * A change replaces the entry in the browser's history, unless `push`.
 */
export function useParam(name: string, fallback: string): Param<string>;
export function useParam<V extends string = string>(name: string, fallback: V, allowed?: readonly V[]): Param<V>;
export function useParam(name: string, fallback: string, allowed?: readonly string[]): Param<string> {
  const { path, query, route } = useLocation();
  const raw = query[name] ?? fallback;
  const value = allowed && !allowed.includes(raw) ? fallback : raw;
  const set = (next: string, { push = false }: { push?: boolean } = {}): void => {
    // What is in the address now, not when this was drawn: two filters may be set at once.
    const now = Object.fromEntries(new URLSearchParams(window.location.search));
    route(withParams(path, { ...now, [name]: next === fallback ? undefined : next }), !push);
  };
  return [value, set];
}
