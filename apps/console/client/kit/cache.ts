import type { Topic, TopicChange } from '../../src/live/topics.ts';
import { api, toApiError, type ApiError } from './api.ts';

/** What is known of one address of the API. */
export interface Cached<T> {
  data: T | undefined;
  error: ApiError | null;
  loading: boolean;
}

interface Entry {
  state: Cached<unknown>;
  topics: readonly Topic[];
  listeners: Set<() => void>;
  running: AbortController | null;
  /** Changed while it was being asked for: it is asked for once more. */
  again: 'no' | 'soon' | 'now';
  usedAtMs: number;
  /** When it may be asked for again though nobody did anything. */
  restsUntilMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const entries = new Map<string, Entry>();
/** Answers that no page shows are kept for going back, at most so many. */
const keptUnused = 60;

function entryOf(path: string, topics: readonly Topic[]): Entry {
  const known = entries.get(path);
  if (known) {
    known.topics = topics;
    return known;
  }
  const entry: Entry = {
    state: { data: undefined, error: null, loading: false },
    topics,
    listeners: new Set(),
    running: null,
    again: 'no',
    usedAtMs: Date.now(),
    restsUntilMs: 0,
    timer: undefined,
  };
  entries.set(path, entry);
  return entry;
}

function set(entry: Entry, state: Cached<unknown>): void {
  entry.state = state;
  for (const listener of entry.listeners) listener();
}

/** An address that changes again and again rests after each answer: some times as long as the answer took, within bounds. Milliseconds. */
const restShare = 3;
const [leastRestMs, mostRestMs] = [400, 4_000];

async function load(path: string, entry: Entry, background = false): Promise<void> {
  if (entry.running) {
    if (!background) entry.again = 'now';
    else if (entry.again === 'no') entry.again = 'soon';
    return;
  }
  clearTimeout(entry.timer);
  entry.timer = undefined;
  const running = new AbortController();
  entry.running = running;
  const startMs = Date.now();
  set(entry, { ...entry.state, loading: true });
  try {
    const data = await api.get<unknown>(path, { signal: running.signal, background });
    set(entry, { data, error: null, loading: false });
  } catch (error) {
    if (!running.signal.aborted) set(entry, { data: entry.state.data, error: toApiError(error), loading: false });
  } finally {
    entry.running = null;
    const nowMs = Date.now();
    entry.restsUntilMs = nowMs + Math.min(mostRestMs, Math.max(leastRestMs, restShare * (nowMs - startMs)));
    const again = entry.listeners.size > 0 ? entry.again : 'no';
    entry.again = 'no';
    if (again === 'now') void load(path, entry);
    else if (again === 'soon') loadSoon(path, entry);
  }
}

/** Asks once more, as nobody waits for it: no sooner than a while after the last answer. */
function loadSoon(path: string, entry: Entry): void {
  const waitMs = entry.restsUntilMs - Date.now();
  if (entry.running || waitMs <= 0) void load(path, entry, true);
  else
    entry.timer ??= setTimeout(() => {
      entry.timer = undefined;
      if (entry.listeners.size > 0) void load(path, entry, true);
    }, waitMs);
}

/** Watches one address: asks for it now, and again whenever it is told that it changed. Returns how to stop. */
export function watch(path: string, topics: readonly Topic[], listener: () => void): () => void {
  const entry = entryOf(path, topics);
  entry.listeners.add(listener);
  void load(path, entry);
  return () => {
    entry.listeners.delete(listener);
    entry.usedAtMs = Date.now();
    if (entry.listeners.size === 0) sweep();
  };
}

/** What is known of an address at once. Whoever names the address knows the type of its answers. */
export function peek<T>(path: string): Cached<T>;
export function peek(path: string): Cached<unknown> {
  return entries.get(path)?.state ?? { data: undefined, error: null, loading: true };
}

/** Asks once more for every address that begins so, where a page shows it; the others are forgotten. */
export function invalidate(...prefixes: string[]): void {
  refresh((path) => prefixes.some((prefix) => path.startsWith(prefix)), load);
}

/** Asks once more for what belongs to a topic. */
export function invalidateTopic({ topic }: TopicChange): void {
  refresh((_path, entry) => entry.topics.includes(topic), loadSoon);
}

/** Asks once more for everything that is shown: the connection was lost for a while. `background`: nobody did anything. */
export const invalidateAll = (background: boolean): void =>
  refresh(
    () => true,
    (path, entry) => load(path, entry, background),
  );

/** Forgets everything: somebody else signed in. */
export const forgetAll = (): void => entries.clear();

function refresh(matches: (path: string, entry: Entry) => boolean, ask: (path: string, entry: Entry) => unknown): void {
  for (const [path, entry] of entries) {
    if (!matches(path, entry)) continue;
    if (entry.listeners.size > 0) ask(path, entry);
    else entries.delete(path);
  }
}

function sweep(): void {
  const unused = [...entries].filter(([, { listeners }]) => listeners.size === 0).sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
  for (const [path] of unused.slice(0, Math.max(0, unused.length - keptUnused))) entries.delete(path);
}
