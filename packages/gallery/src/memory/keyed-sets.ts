/** Sets of values by key; a key without values is not kept. */
export interface KeyedSets<K, V> {
  add(key: K, value: V): void;
  remove(key: K, value: V): void;
  get(key: K): ReadonlySet<V>;
  entries(): IterableIterator<[K, ReadonlySet<V>]>;
  keys(): IterableIterator<K>;
  clear(): void;
}

export function createKeyedSets<K, V>(): KeyedSets<K, V> {
  const sets = new Map<K, Set<V>>();
  const none: ReadonlySet<V> = new Set();
  return {
    add: (key, value) => {
      const values = sets.get(key);
      if (values) values.add(value);
      else sets.set(key, new Set([value]));
    },
    remove: (key, value) => {
      const values = sets.get(key);
      if (values?.delete(value) && values.size === 0) sets.delete(key);
    },
    get: (key) => sets.get(key) ?? none,
    entries: () => sets.entries(),
    keys: () => sets.keys(),
    clear: () => sets.clear(),
  };
}
