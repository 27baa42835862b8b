import { randomUUID } from 'node:crypto';
import type { Picture } from '@watchpost/shared/chat/chat';

/** A file that waits to be shown. */
export interface HeldFile {
  bytes: Uint8Array;
  fileName: string;
}

/** So many wait at most, for so long. A visit's picture is shown at once. Milliseconds. */
const most = 32;
const keepMs = 10 * 60_000;

const prefix = 'held-';

/**
 * Files between `upload` and the message that shows them. Telegram stores none that nobody sees, so they wait in the memory of this
 * process; whoever finds one gone makes it again.
 */
export interface HeldFiles {
  add(picture: Picture): Promise<string>;
  /** Null: it is not there any more. */
  get(fileId: string): HeldFile | null;
  drop(fileId: string): void;
}

export function createHeldFiles(nowMs: () => number = Date.now): HeldFiles {
  const held = new Map<string, HeldFile & { atMs: number }>();
  return {
    add: async ({ bytes, fileName }) => {
      const id = `${prefix}${randomUUID()}`;
      held.set(id, { bytes: await bytes(), fileName, atMs: nowMs() });
      // The oldest stand first.
      for (const [other, { atMs }] of held) if (held.size > most || nowMs() - atMs > keepMs) held.delete(other);
      return id;
    },
    get: (fileId) => held.get(fileId) ?? null,
    drop: (fileId) => void held.delete(fileId),
  };
}
