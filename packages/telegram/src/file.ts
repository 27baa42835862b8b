// A thumbnail of Telegram's has no address, only an id of its own.
const prefix = 'telegram-file:';

/** A thumbnail as ChatFile.thumbnailUrl has it. `fileId`: as Telegram's `thumbnail` says. */
export const thumbnailUrl = (fileId: string): string => `${prefix}${fileId}`;

/** The id of what `thumbnailUrl` wrote; null if it is something else. */
export const thumbnailIdOf = (url: string): string | null => (url.startsWith(prefix) ? url.slice(prefix.length) : null);
