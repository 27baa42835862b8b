/** What an entry of a feed has. */
export const feedFields = ['title', 'text', 'link', 'author', 'id', 'date'] as const;

/** Our own numbers: `numbers: own`. */
export const ownNumbers = ['people', 'strangers', 'snapshots', 'visits', 'waiting', 'failed', 'uptimeHours'] as const;
export type OwnNumbers = Record<(typeof ownNumbers)[number], number>;

/** What texts may name beside an item's fields: of the run. */
export const runFields = ['job', 'today', 'now', 'count', 'new', 'at'] as const;
