/** A picture as it is brought to readers. */
export interface OutgoingPicture {
  /** With its extension, unique: `1700000000-000100-f123.jpg`. Of `[a-z0-9.-]`. */
  name: string;
  bytes: Uint8Array;
  mimeType: string;
}

/** A place that readers load pictures from. */
export interface Destination {
  /**
   * Writes the picture; never a half of it under its name. Resolves to where readers load it from (a path of our own begins with `/`).
   * Rejects with `destination-refused` (permanent: a wrong password, a missing folder, a host key that is another) or
   * `destination-unavailable` (transient).
   */
  put(picture: OutgoingPicture, signal: AbortSignal): Promise<{ url: string; name: string }>;
  /** Whether readers can load it already. */
  isThere(url: string, signal: AbortSignal): Promise<boolean>;
  /** Removes it. One that is gone is no error. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** How long to wait until it is there; null: it is there as soon as `put` resolves. */
  wait: { everyMs: number; times: number } | null;
}
