/** A JSON document as the store keeps it. */
export interface StoredDocument {
  /** What it is: `visit`, `subscription`. With the id unique. */
  kind: string;
  id: string;
  /** Counts the writes, from 1. */
  revision: number;
  /** Its own time, by which `find` selects and sorts: that of a visit's last snapshot. Milliseconds since 1970. */
  atMs: number;
  /** What `find` finds it by, at most 100: `camera:slack:C01 Front door`, `person:…`. */
  keys: readonly string[];
  /** When it is removed, milliseconds since 1970; null: never. */
  expiresAtMs: number | null;
  /** JSON; whoever reads it parses it. */
  body: unknown;
}

/** A document to be written. `revision`: the one that it is based on; 0: there is none yet. */
export type DocumentToPut = StoredDocument;

/** Which documents to find. All conditions hold together. */
export interface DocumentQuery {
  kind: string;
  /** One of its keys. */
  key?: string;
  /** `atMs` at least. */
  fromMs?: number;
  /** `atMs` below. */
  beforeMs?: number;
  /** Of `newest` (by `atMs`, then by id, descending) or `oldest` first. */
  order: 'newest' | 'oldest';
  limit: number;
}

/** Which documents are old. */
export interface OldDocuments {
  kind: string;
  /** `atMs` below. */
  beforeMs: number;
  /** Only those that have a date of removal. */
  dated: boolean;
}

/**
 * Small documents that several processes change: each write names the revision that it is based on, so that nobody overwrites what
 * somebody else wrote meanwhile. Methods reject with `gallery-unavailable` when the database does not answer.
 */
export interface DocumentStore {
  /** The document as it is now, or null; and the database's clock, milliseconds since 1970: processes' clocks differ. */
  get(kind: string, id: string, signal: AbortSignal): Promise<{ document: StoredDocument | null; nowMs: number }>;
  /** Several of one kind; those that there are, in any order. */
  getAll(kind: string, ids: readonly string[], signal: AbortSignal): Promise<StoredDocument[]>;
  /** Writes it, and resolves to it with its new revision. Rejects with `document-conflict` if another writer was faster. */
  put(document: DocumentToPut, signal: AbortSignal): Promise<StoredDocument>;
  /** Removes it if it has this revision, or is gone. Rejects with `document-conflict` otherwise. */
  remove(kind: string, id: string, revision: number, signal: AbortSignal): Promise<void>;
  find(query: DocumentQuery, signal: AbortSignal): Promise<StoredDocument[]>;
  /** Removes the oldest of these, at most some hundreds, without reading what is in them. Resolves to how many. */
  removeOld(which: OldDocuments, signal: AbortSignal): Promise<number>;
  /** Removes those that have expired by the database's clock, at most some thousands. Resolves to how many. */
  expire(signal: AbortSignal): Promise<number>;
}
