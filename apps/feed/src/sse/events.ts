/** How readers are told: `entry` with the entry as it is now, `removed` with its id, `feed` when its settings changed, `reset` when everything must be read anew. */
export type EventName = 'entry' | 'removed' | 'feed' | 'reset';

/** One event. `data` is JSON, so no line break is in it. `id` null: whoever reconnects after it is told it again. */
export const eventBlock = (name: EventName, data: string, id: string | null): string =>
  `${id === null ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;

/** Moves the id that a reader will reconnect with, without any event: a browser remembers it, and hands out nothing. */
export const idBlock = (id: string): string => `id: ${id}\n\n`;
