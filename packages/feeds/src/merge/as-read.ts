import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { Entry, Version } from '../entry.ts';

/** Of what must not be kept there is no hash. */
export const isSaid = (version: Pick<Version, 'hash'>, hash: string): boolean => version.hash === hash || version.hash === '';

/**
 * A message as it was read from the platform, `hash` of what it says, with the time of its version. The platform dates edits by the second,
 * and what apps change not at all: what is the newest version of an entry already is none of an earlier time, which an approval may cover;
 * and where that says something else, nobody knows when it was changed, but that it says this now. Pure.
 */
export function asRead(message: WrittenMessage, hash: string, entries: readonly Pick<Entry, 'versions'>[], readUs: number): WrittenMessage {
  const newest = entries.flatMap(({ versions: [version] }) => (version && version.atUs >= message.atUs ? version : []));
  if (newest.some((version) => !isSaid(version, hash))) return { ...message, atUs: Math.max(message.atUs, readUs) };
  const same = newest.filter((version) => version.hash === hash).map(({ atUs }) => atUs);
  return { ...message, atUs: Math.max(message.atUs, ...same) };
}
