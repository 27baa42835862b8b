import { describeEntries, isWaiting, stateOf, type DescribeOptions } from '@watchpost/feeds/editing/described';
import type { Entry } from '@watchpost/feeds/entry';
import type { EntryRow, entryFilters } from './schema.ts';

/** Entries as the page shows them, with their texts as far as the key that is here opens them. Rejects with `gallery-unavailable`. */
export async function toRows(entries: readonly Entry[], options: DescribeOptions, signal: AbortSignal): Promise<EntryRow[]> {
  const described = await describeEntries(entries, options, signal);
  return described.flatMap(({ author, shown, versions, approvedBy, pictures }, index) => {
    const entry = entries[index];
    if (!entry) return [];
    const { feed, messageId, postedAtMs, editorial, deletedAtUs, thread } = entry;
    return {
      feed,
      messageId,
      postedAtMs,
      author,
      state: stateOf(entry),
      isWaiting: isWaiting(entry),
      isHidden: editorial?.isHidden ?? false,
      isDeleted: deletedAtUs !== null,
      shown,
      override: editorial?.text ?? null,
      versions: versions.map(({ atUs, state, text }) => ({ atMs: Math.floor(atUs / 1_000), state, text })),
      decision: editorial && { by: editorial.by, atMs: editorial.atMs, isApproved: editorial.approvedAtUs !== null },
      approvedBy,
      pictures,
      isReply: thread !== null,
    };
  });
}

/** Whether an entry is among those that are to be shown. Pure. */
export function isAmong(entry: Entry, filter: (typeof entryFilters)[number]): boolean {
  const { deletedAtUs, editorial, published, versions } = entry;
  switch (filter) {
    case 'all':
      return deletedAtUs === null;
    case 'deleted':
      return deletedAtUs !== null;
    case 'waiting':
      return isWaiting(entry);
    case 'shown':
      return deletedAtUs === null && published !== null && editorial?.isHidden !== true;
    case 'hidden':
      return deletedAtUs === null && editorial?.isHidden === true;
    case 'off-record':
      return deletedAtUs === null && versions[0]?.withheld != null;
    default:
      return filter satisfies never;
  }
}
