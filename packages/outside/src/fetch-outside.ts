/** What may be fetched, and how much of it. */
export interface FetchOutsideOptions {
  /** Hosts that may be asked, each also with its subdomains; null: all that are public. Every redirect is checked as well. */
  hosts: readonly string[] | null;
  /** Origins that may be asked although they are not public. */
  privateOrigins: readonly string[];
  maxBytes: number;
  /** For all of it, milliseconds. */
  timeoutMs: number;
  /** What we ask for. */
  headers?: Readonly<Record<string, string>>;
}

/** What was fetched: its last address after redirects, its headers, and its bytes as they come. The stream fails beyond `maxBytes`. */
export interface Fetched {
  url: string;
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array>;
}

/** Fetches an address on the public internet. See fetchOutside. */
export type FetchOutside = (url: string, options: FetchOutsideOptions, signal: AbortSignal) => Promise<Fetched>;
