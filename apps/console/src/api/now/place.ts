import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';

/** Where snapshots come from. */
export interface Place {
  channel: ChannelKey;
  camera: string | null;
}

/** A camera in addresses: `slack:C0123/Front door`; a channel's id has no slash. */
export const placeText = ({ channel, camera }: { channel: string; camera: string | null }): string =>
  camera === null ? channel : `${channel}/${camera}`;

/** The camera of an address; null: it is none. */
export function parsePlace(text: string): Place | null {
  const slash = text.indexOf('/');
  const channel = channelKeySchema.safeParse(slash === -1 ? text : text.slice(0, slash)).data;
  return channel === undefined ? null : { channel, camera: slash === -1 ? null : text.slice(slash + 1) };
}
