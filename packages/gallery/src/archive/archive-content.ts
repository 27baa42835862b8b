import { createHash } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { type ArchiveCounts, type ArchiveLine, lineKey, perStoredKind, type StoredKind, storedKinds } from './archive-lines.ts';

/** What a file or a database holds: how many of each kind, and a digest of them that does not depend on their order. */
export interface ArchiveContent {
  counts: ArchiveCounts;
  /** Hex. */
  digests: Record<StoredKind, string>;
}

/** Takes lines one by one. A later line about the same person, face or pair replaces the earlier one. */
export interface ContentTaker {
  take(line: ArchiveLine): void;
  content(): ArchiveContent;
}

const bits = 128;
const modulus = 1n << BigInt(bits);

/** Digests add up: that of a line that is replaced can be taken out again. */
export function createContentTaker(): ContentTaker {
  const counts = perStoredKind(() => 0);
  const sums = perStoredKind(() => 0n);
  /** Only of these kinds a file may have two lines about the same. */
  const replaceable = { person: new Map<string, bigint>(), face: new Map<string, bigint>(), pair: new Map<string, bigint>() };
  const add = (kind: StoredKind, digest: bigint, by: 1 | -1): void => {
    counts[kind] += by;
    sums[kind] = (sums[kind] + BigInt(by) * digest + modulus) % modulus;
  };
  return {
    take: (line) => {
      const kind = line.kind === 'removed' ? line.of : line.kind;
      const known = kind === 'person' || kind === 'face' || kind === 'pair' ? replaceable[kind] : undefined;
      const key = lineKey(line);
      const before = known?.get(key);
      if (before !== undefined) add(kind, before, -1);
      known?.delete(key);
      if (line.kind === 'removed') return;
      const digest = digestOf(line);
      known?.set(key, digest);
      add(kind, digest, 1);
    },
    content: () => ({ counts: { ...counts }, digests: perStoredKind((kind) => sums[kind].toString(16).padStart(bits / 4, '0')) }),
  };
}

/** Of a line whatever the order of its fields. Without a document's revision, which a restore may raise. */
function digestOf(line: ArchiveLine): bigint {
  const content = line.kind === 'document' ? { ...line, revision: 0 } : line;
  const hash = createHash('sha256').update(JSON.stringify(content, sorted)).digest();
  return (hash.readBigUInt64BE(0) << 64n) | hash.readBigUInt64BE(8);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Throws `restore-differs` naming the kinds that are not the same. */
export function assertSameContent(file: ArchiveContent, database: ArchiveContent, kinds: readonly StoredKind[] = storedKinds): void {
  const wrong = kinds.flatMap((kind) => {
    const [wanted, found] = [file.counts[kind], database.counts[kind]];
    if (wanted !== found) return [`${kind} (${String(wanted)} in the file, ${String(found)} in the database)`];
    return file.digests[kind] === database.digests[kind] ? [] : [`${kind} (as many, but not the same)`];
  });
  if (wrong.length > 0) throw new AppError('restore-differs', `what was written is not what the file holds: ${wrong.join(', ')}`);
}
