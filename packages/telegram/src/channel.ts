import type { ChannelKey } from '@watchpost/shared/chat/chat';

export const telegramPrefix = 'telegram';

/** The key of a chat, or of a person's chat with us: both have the same number. */
export const telegramChat = (id: number | string): ChannelKey => `${telegramPrefix}:${id}`;
