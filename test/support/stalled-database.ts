import type { Collection, Db } from 'mongodb';

/** The calls of a collection that a process can be stopped before. */
const calls = new Set<string | symbol>(['bulkWrite', 'deleteMany', 'findOne', 'findOneAndUpdate', 'updateMany', 'updateOne']);

/** The database as a process uses it that can be stopped before each of its calls. `before` is told which, and resolves when the process goes on. */
export function stalledDatabase(db: Db, before: (call: string) => Promise<void>): Db {
  const stalledCollection = (collection: Collection): Collection =>
    new Proxy(collection, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (!calls.has(key)) return value.bind(target) as unknown;
        return async (...args: unknown[]): Promise<unknown> => {
          await before(`${target.collectionName}.${String(key)}`);
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  return new Proxy(db, {
    get: (target, key) => {
      if (key === 'collection') return (name: string) => stalledCollection(target.collection(name));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
