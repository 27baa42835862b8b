/** Where the database holds something of a person. `faces`: references and negatives, whoever has them. `audit`: entries with names. */
export const traceStores = ['persons', 'faces', 'crops', 'sightings', 'sightingCrops', 'lastSeen', 'audit', 'records'] as const;
export type TraceStore = (typeof traceStores)[number];

/** Persons, and the faces that show them, whoever learnt from these. */
export interface TracesOf {
  personIds: readonly string[];
  faceIds: readonly string[];
}

/** What the database holds of one kind. Where counting is dear, an estimate. */
export interface Holding {
  count: number;
  /** False: an estimate of the database, or, with `atLeast`, where counting was ended. */
  isExact: boolean;
  /** There are more. */
  atLeast: boolean;
  /** An estimate, with indexes where the database counts them in. */
  bytes: number;
  /** When the oldest was made; of persons, when the one seen least recently was seen. Milliseconds since 1970; null: none, or nobody knows. */
  oldestMs: number | null;
  /** When the first of them goes by its own date, milliseconds since 1970; null: none does, or nobody knows. */
  nextDueMs: number | null;
}

/** The gallery's own kinds of data. */
export const holdingNames = [
  'named',
  'unknown',
  'deleted',
  'faces',
  'negatives',
  'crops',
  'pairs',
  'sightings',
  'sightingCrops',
  'lastSeen',
  'audit',
  'records',
] as const;
export type HoldingName = (typeof holdingNames)[number];

const none: Holding = { count: 0, isExact: true, atLeast: false, bytes: 0, oldestMs: null, nextDueMs: null };

/** One for each name; of what is not found there is nothing. */
export function holdingsOf(found: (name: HoldingName) => Holding | undefined): Record<HoldingName, Holding> {
  const of = (name: HoldingName): Holding => found(name) ?? none;
  return {
    named: of('named'),
    unknown: of('unknown'),
    deleted: of('deleted'),
    faces: of('faces'),
    negatives: of('negatives'),
    crops: of('crops'),
    pairs: of('pairs'),
    sightings: of('sightings'),
    sightingCrops: of('sightingCrops'),
    lastSeen: of('lastSeen'),
    audit: of('audit'),
    records: of('records'),
  };
}

/**
 * What is kept too long: sightings or snapshots' records by the time since they were recorded (a setting that was shortened counts for what is
 * stored, too), or all pictures of faces, of references and of sightings.
 */
export type Outdated = { kind: 'sightings' | 'records'; keepMs: number } | { kind: 'crops' };

/** What the database holds, of some persons and altogether. Methods reject with `gallery-unavailable`. */
export interface Holdings {
  /** How much each store holds of these persons and faces that can be told to be theirs. */
  traces(of: TracesOf, signal: AbortSignal): Promise<Record<TraceStore, number>>;
  /** All that these persons, deleted ones too, are called, as long as it is not erased. */
  namesOf(personIds: readonly string[], signal: AbortSignal): Promise<string[]>;
  /** How much there is of each kind; quick, with estimates, however much there is. `nowMs`: by the database's clock. */
  sizes(signal: AbortSignal): Promise<Record<HoldingName, Holding> & { nowMs: number }>;
  /** The same of documents, by their kind. */
  documents(kinds: readonly string[], signal: AbortSignal): Promise<Map<string, Holding>>;
  /** Removes it, at most some thousands; resolves to how many. */
  prune(outdated: Outdated, signal: AbortSignal): Promise<number>;
}

/** So far documents of one kind are counted; beyond that there are at least so many. */
export const mostCounted = 10_000;
/** So many are read to estimate their size. */
export const sampled = 50;
/** `prune` removes so many of each at once. */
export const mostPruned = 5_000;
