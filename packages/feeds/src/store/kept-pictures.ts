import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { KeptPictures } from '../feed-store.ts';
import { keepPicture, readPicture, removePicture } from './picture-documents.ts';

/** Formats that browsers show. */
const types = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif']);

const isName = (name: string): boolean => /^[a-z0-9.-]{1,160}$/.test(name);

/** Pictures on a store of documents. `putAs` rejects with `internal` for a format that browsers do not show, or another name. */
export function createKeptPictures(documents: DocumentStore): KeptPictures {
  return {
    putAs: async (name, bytes, mimeType, expiresAtMs, signal) => {
      if (!isName(name)) throw new AppError('internal', `a picture cannot be called ${JSON.stringify(name)}`);
      if (!types.has(mimeType)) throw new AppError('internal', `pictures of the type ${JSON.stringify(mimeType)} are not kept`);
      await keepPicture(documents, { name, bytes, mimeType, expiresAtMs }, signal);
    },
    get: async (name, signal) => (isName(name) ? readPicture(documents, name, signal) : null),
    remove: async (name, signal) => removePicture(documents, name, signal),
  };
}
