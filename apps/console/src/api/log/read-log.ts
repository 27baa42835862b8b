import { createCameraSettingsStore } from '@watchpost/cameras/stored/stored-settings';
import type { AuditEntry } from '@watchpost/gallery/domain';
import { undoMs } from '@watchpost/gallery/gallery';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import { auditKinds, describeRuleChange } from './describe.ts';
import type { LogEntry, LogPage, logQuery } from './schema.ts';

/** Where a page of the log ended: in time, and in the gallery's own order. */
const cursorSchema = z.object({ ms: z.number(), version: z.number().nullable() });
type Cursor = z.output<typeof cursorSchema>;

/** An entry, and where the next page begins after it. */
interface Placed {
  entry: LogEntry;
  version: number | null;
}

type Wanted = z.output<typeof logQuery>;

/** Pages of which everything is left out, at most so many in one answer. */
const mostEmpty = 10;

/**
 * A page of everything that anybody did, newest first: the audits of all parts, read each from where the last page ended. It is empty only
 * at the end, or where thousands of entries in a row are not wanted.
 */
export async function readLog(parts: GalleryParts, wanted: Wanted, nowMs: number, signal: AbortSignal): Promise<LogPage> {
  let page = await readPage(parts, wanted, nowMs, signal);
  for (let empty = 1; page.items.length === 0 && page.next !== null && empty < mostEmpty; empty += 1)
    page = await readPage(parts, { ...wanted, cursor: page.next }, nowMs, signal);
  return page;
}

async function readPage({ kept, documents }: GalleryParts, wanted: Wanted, nowMs: number, signal: AbortSignal): Promise<LogPage> {
  const cursor = readCursor(wanted.cursor);
  const isWanted = (source: string): boolean =>
    wanted.source === undefined ? source !== 'requests' && (wanted.person === undefined || source === 'people') : source === wanted.source;
  const kinds = Object.entries(auditKinds).filter(([, { sources }]) => sources.some(isWanted));
  // Before the entries are read: it may be one of them.
  if (isWanted('cameras')) await createCameraSettingsStore(documents).history(1, signal);
  const [people, lastRule, ...rest] = await Promise.all([
    isWanted('people') ? readPeople(kept, wanted, { cursor, nowMs }, signal) : nothing,
    isWanted('rules') ? readLastRuleChange(documents, cursor, signal) : nothing,
    ...kinds.map(async ([kind]) => readDocuments(documents, kind, { cursor, limit: wanted.limit }, signal)),
  ]);
  const all = [people, lastRule, ...rest];
  // Beyond what the shortest source has shown, another one may be missing entries in between.
  const complete = Math.max(-Infinity, ...all.filter(({ full }) => full).map(({ oldestMs }) => oldestMs));
  const placed = all
    .flatMap(({ entries }) => entries)
    .filter(({ entry }) => entry.atMs >= complete)
    .sort((a, b) => b.entry.atMs - a.entry.atMs || (b.version ?? 0) - (a.version ?? 0));
  const page = upToLimit(placed, wanted.limit);
  const end = page.at(-1)?.entry.atMs ?? complete;
  const hasMore = page.length < placed.length || all.some(({ full }) => full);
  const versions = page.flatMap(({ version }) => version ?? []);
  const version = versions.length > 0 ? Math.min(...versions) : cursor.version;
  const items = page.map(({ entry }) => entry).filter((entry) => isWanted(entry.source) && isBy(entry, wanted.actor));
  return { items, next: hasMore && Number.isFinite(end) ? writeCursor({ ms: end, version }) : null };
}

interface Read {
  entries: Placed[];
  /** There may be more. */
  full: boolean;
  oldestMs: number;
}
const nothing: Read = { entries: [], full: false, oldestMs: -Infinity };

const isBy = ({ actor }: LogEntry, wanted: string | undefined): boolean =>
  wanted === undefined || wanted === '' || (actor ?? '').toLowerCase().startsWith(wanted.toLowerCase());

/** Those of one millisecond stay together: the next page begins before it. */
function upToLimit(placed: readonly Placed[], limit: number): Placed[] {
  const last = placed[limit - 1]?.entry.atMs;
  return last === undefined ? [...placed] : placed.filter(({ entry }) => entry.atMs >= last);
}

async function readPeople(
  kept: GalleryParts['kept'],
  { limit, actor, person }: Wanted,
  { cursor, nowMs }: { cursor: Cursor; nowMs: number },
  signal: AbortSignal,
): Promise<Read> {
  const below = cursor.version === null ? {} : { below: cursor.version };
  const found = await kept.audit.newest(limit, { ...below, ...(actor?.includes(':') && { actor }) }, signal);
  const entries = found
    // The clock of the database may have been set back: the gallery's own order decides there.
    .filter(({ atMs }) => cursor.version !== null || atMs < cursor.ms)
    .map((entry) => ({ entry: { ...ofPeople(entry, nowMs), atMs: Math.min(entry.atMs, cursor.ms - 1) }, version: entry.version }))
    .filter(({ entry }) => person === undefined || entry.personIds.includes(person));
  return { entries, full: found.length === limit, oldestMs: Math.min(cursor.ms, ...found.map(({ atMs }) => atMs)) };
}

const ofPeople = ({ id, actor, atMs, personIds, summary, inverse, undone }: AuditEntry, nowMs: number): LogEntry => ({
  id,
  source: 'people',
  atMs,
  actor: actor.id,
  where: actor.where ?? null,
  text: summary,
  personIds,
  canUndo: inverse !== null && !undone && nowMs - atMs < undoMs,
  undone,
});

async function readDocuments(
  documents: GalleryParts['documents'],
  kind: string,
  { cursor, limit }: { cursor: Cursor; limit: number },
  signal: AbortSignal,
): Promise<Read> {
  const found = await documents.find({ kind, beforeMs: cursor.ms, order: 'newest', limit }, signal);
  const entries = found.flatMap(({ id, atMs, body }): Placed[] => {
    const said = auditKinds[kind]?.describe(body);
    return said ? [{ entry: { id, atMs, personIds: [], canUndo: false, undone: false, ...said }, version: null }] : [];
  });
  return { entries, full: found.length === limit, oldestMs: found.at(-1)?.atMs ?? -Infinity };
}

/** The last change of the rules stands in their own document until the next one is made. */
async function readLastRuleChange(documents: GalleryParts['documents'], cursor: Cursor, signal: AbortSignal): Promise<Read> {
  const { document } = await documents.get('rules', 'rules', signal);
  const last = z.object({ last: z.object({ atMs: z.number(), number: z.number() }).loose() }).safeParse(document?.body).data?.last;
  const said = describeRuleChange(last);
  if (!last || !said || last.atMs >= cursor.ms) return nothing;
  const entry = { id: `rules-${String(last.number)}`, atMs: last.atMs, personIds: [], canUndo: false, undone: false, ...said };
  return { entries: [{ entry, version: null }], full: false, oldestMs: last.atMs };
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return { ms: Number.MAX_SAFE_INTEGER / 1_000, version: null };
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (error) {
    throw new AppError('request-malformed', 'cursor: not one of ours', { cause: error });
  }
}
