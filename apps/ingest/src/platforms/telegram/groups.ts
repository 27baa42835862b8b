import type { TelegramPost } from './2-parse.ts';

/** What is known of an album from those of its pictures that have come: usually only one has a caption. */
export interface Group {
  /** The camera that its caption names. */
  camera: string | null;
  /** Somebody sent it to us: the caption mentions us. */
  isOurs: boolean;
}

/** Albums of the last minutes. In memory only: after a restart a caption may be missing. Keeps camera names, never a text. */
export interface Groups {
  /** Notes what one picture of an album says, and tells what all so far say. A picture that came alone is its own album. */
  note(post: Pick<TelegramPost, 'chat' | 'group' | 'from'>, said: Group): Group;
}

export function createGroups(mostGroups = 1_000): Groups {
  const known = new Map<string, Group>();
  return {
    note: ({ chat, group, from }, said) => {
      if (group === null) return said;
      const key = `${String(chat.id)} ${group} ${String(from?.id)}`;
      const before = known.get(key);
      const now = { camera: said.camera ?? before?.camera ?? null, isOurs: said.isOurs || (before?.isOurs ?? false) };
      known.delete(key);
      known.set(key, now);
      for (const oldest of known.keys()) {
        if (known.size <= mostGroups) break;
        known.delete(oldest);
      }
      return now;
    },
  };
}
