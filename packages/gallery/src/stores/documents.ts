import { AppError } from '@watchpost/shared/errors';

/** `DocumentStore.expire` removes so many at once: it is over soon, and so are its locks. */
export const mostExpired = 2_000;

/** `DocumentStore.put` and `remove` reject with this. */
export function documentConflict(kind: string, id: string): AppError {
  return new AppError('document-conflict', `another writer changed ${kind} ${id}`);
}
/** `removeOld` removes at most so many at once: pieces of files may be among them. */
export const mostOld = 500;
