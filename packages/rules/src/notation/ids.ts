import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { platformOf, channelId } from '@watchpost/shared/chat/chat';

/** The platform of ids that name none. */
const usualPlatform = 'slack';

/** `C0123`, `slack:C0123`, or as the platform writes a mention: `<#C0123|general>`, `<@U0123>`. */
const mention = /^<([#@])([A-Z0-9]+)(?:\|[^>]*)?>$/;
const plain = /^(?:([a-z]+):)?([A-Z][A-Z0-9]+)$/;

/** The key of a channel; null: this is no channel's id. Pure. */
export function readChannelId(text: string): ChannelKey | null {
  return readId(text.trim(), '#', /^[CDG]/);
}

/** The key of a member, a bot or an app; null: this is no such id. Pure. */
export function readAuthorId(text: string): ChannelKey | null {
  return readId(text.trim(), '@', /^[UWBA]/);
}

/** An id as people read it: without the platform where that is the usual one. */
export function shownId(key: ChannelKey): string {
  return platformOf(key) === usualPlatform ? channelId(key) : key;
}

function readId(text: string, sign: string, begins: RegExp): ChannelKey | null {
  const [, marked, mentioned] = mention.exec(text) ?? [];
  const [, platform = usualPlatform, written] = plain.exec(text) ?? [];
  const id = marked === sign ? mentioned : written;
  if (id === undefined || (platform === usualPlatform && !begins.test(id))) return null;
  return `${platform}:${id}`;
}
