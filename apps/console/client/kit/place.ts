/** A camera as people call it; a channel without cameras by its id. */
export const cameraText = ({ channel, camera }: { channel: string; camera: string | null }): string =>
  camera ?? channel.slice(channel.indexOf(':') + 1);

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
