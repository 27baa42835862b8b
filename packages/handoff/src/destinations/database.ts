import type { Destination } from '../destination.ts';
import { checkedName } from './names.ts';

/** What keeps pictures in our database; part of KeptPictures. */
export interface PictureKeeper {
  putAs(name: string, bytes: Uint8Array, mimeType: string, expiresAtMs: number | null, signal: AbortSignal): Promise<void>;
  remove(name: string, signal: AbortSignal): Promise<void>;
}

/** In our database: the feed process serves it, each of them, as soon as it is written. */
export function databaseDestination(kept: PictureKeeper, expiresAtMs: number | null): Destination {
  return {
    put: async ({ name, bytes, mimeType }, signal) => {
      await kept.putAs(checkedName(name), bytes, mimeType, expiresAtMs, signal);
      return { url: `/pictures/${name}`, name };
    },
    isThere: async () => true,
    remove: async (name, signal) => kept.remove(checkedName(name), signal),
    wait: null,
  };
}
