import type { ChannelKey } from './chat.ts';

/** What somebody who was let in may do: an admin also lets others in and hears of what needs a person. */
export type Role = 'admin' | 'member';

/** Who was let in by us, where a platform lets anybody write to us. People and chats, each by the platform's own id: names are no proof. */
export interface ChatAccess {
  /** Null: never let in, or let out again. Rejects with `gallery-unavailable`. */
  roleOf(who: ChannelKey, signal: AbortSignal): Promise<Role | null>;
}
