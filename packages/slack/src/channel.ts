import type { ChannelKey } from '@watchpost/shared/chat/chat';

/** The prefix of Slack's channel keys, and of ids made from them. */
export const slackPrefix = 'slack';

/** `C0123` as `slack:C0123`. */
export const slackChannel = (id: string): ChannelKey => `${slackPrefix}:${id}`;
