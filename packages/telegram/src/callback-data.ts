import type { ButtonTarget } from '@watchpost/shared/chat/post';

/** A target as a button of Telegram carries it: at most 64 bytes. Begins with `p`; what talk buttons carry begins with `t`. */
export function packTarget(_target: ButtonTarget): string {
  return 'p';
}

/** Reads what `packTarget` wrote; null if it is something else: an older release's button, or somebody's invention. */
export function unpackTarget(_data: string): ButtonTarget | null {
  return null;
}

/** A talk button's data as Telegram carries it. */
export const packTalk = (data: string): string => `t${data}`;

/** What `packTalk` wrote; null if it is something else. */
export const unpackTalk = (data: string): string | null => (data.startsWith('t') ? data.slice(1) : null);
