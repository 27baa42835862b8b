/** A camera as people call it; a channel without cameras by its id. */
export const cameraText = ({ channel, camera }: { channel: string; camera: string | null }): string =>
  camera ?? channel.slice(channel.indexOf(':') + 1);

/** Its channel, where a camera of another channel has the same name; else null. Pure. */
export const channelAmong = <C extends { channel: string; camera: string | null }>(one: C, all: readonly C[]): string | null =>
  one.camera !== null && all.some((other) => other.channel !== one.channel && other.camera === one.camera)
    ? one.channel.slice(one.channel.indexOf(':') + 1)
    : null;

/** What it is called among others: `Gate (C0123ABCD)` where another one is a gate, too. Pure. */
export function cameraAmong<C extends { channel: string; camera: string | null }>(one: C, all: readonly C[]): string {
  const channel = channelAmong(one, all);
  return channel === null ? cameraText(one) : `${cameraText(one)} (${channel})`;
}

/** The address of the picture of one face. */
export const faceAddress = ({ snapshotId, position }: { snapshotId: string; position: number }): string =>
  `/api/pictures/${encodeURIComponent(snapshotId)}/faces/${String(position)}`;

/** The same where only whose it is matters: else that of the reference that it was recognised by. */
export const faceOrReference = (face: { snapshotId: string; position: number }): string => `${faceAddress(face)}?or=reference`;

/** The page of a picture, with one of its faces chosen. */
export const picturePage = (snapshotId: string, position?: number): string =>
  `/pictures/${encodeURIComponent(snapshotId)}${position === undefined ? '' : `?face=${String(position + 1)}`}`;

/** The page of a person. */
export const personPage = (id: string): string => `/people/${encodeURIComponent(id)}`;

/** Whoever said something, by an actor's id: `ada (slack)`. */
export function actorText(actor: string): string {
  const [, origin, name] = /^([a-z]+):(.+)$/.exec(actor) ?? [];
  return name === undefined || origin === undefined ? actor : `${name} (${origin})`;
}
