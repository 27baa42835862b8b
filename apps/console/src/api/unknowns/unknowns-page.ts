import type { StoredPerson } from '@watchpost/gallery/domain';
import { assessByCalibration } from '@watchpost/gallery/housekeeping/assessor';
import { createGroupAlike, type GroupAlike } from '@watchpost/gallery/housekeeping/group-alike';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import type { Logger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import { fromCursor, toCursor } from '../../people/cursor.ts';
import { createOrdered } from '../../people/ordered.ts';
import { personRow } from '../../people/person-row.ts';
import type { ShownParts } from '../../people/shown-to.ts';
import { tallyOf, type Tallied, type Tally } from '../../people/tally.ts';
import type { Unknown, UnknownGroup, unknownsQuerySchema, UnknownsPage } from './schema.ts';

type Asked = z.output<typeof unknownsQuerySchema>;
type Mirror = GalleryParts['mirror'];

/** Of more, those seen most often are compared: the work grows with the square. The others stay alone. */
const mostCompared = 2_000;
const mostPictures = 4;
const placeSchema = z.tuple([z.number(), z.string()]);

interface Seen {
  /** As it is: what is compared is the same for all. */
  parts: GalleryParts;
  /** As whoever asks may see it. */
  shown: ShownParts;
}

/** The unknowns, in groups of those who may be one person. They are compared in the background; until then they stand alone. */
export function createUnknownsPage(
  tally: Tally,
  log: Logger,
  stopping: AbortSignal,
): (asked: Asked, seen: Seen, signal: AbortSignal) => Promise<UnknownsPage> {
  const grouping = createGrouping(log, stopping);
  const ordered = createOrdered();
  return async ({ sort, cursor, limit }, { parts, shown }, signal) => {
    const tallied = await tally.counted(signal);
    const { mirror } = shown;
    const unknowns = ordered('often', shown, tallied).flatMap(({ id, status }) => (status === 'unknown' ? (mirror.person(id) ?? []) : []));
    const weighed = unknowns.map((person) => ({ person, ...tallyOf(tallied, mirror.idsOf(person.id)) }));
    const byId = new Map(weighed.map((each) => [each.person.id, each]));
    const { groups, comparing } = grouping(
      weighed.map(({ person }) => person),
      parts,
    );
    const ranked = groups.map((ids) => {
      const members = ids.flatMap((id) => byId.get(id) ?? []);
      const sightings = members.reduce((sum, each) => sum + each.sightings, 0);
      const lastSeenMs = members.reduce<number | null>((last, each) => (each.last ? Math.max(last ?? 0, each.last.atMs) : last), null);
      return { members, sightings, lastSeenMs, id: ids[0] ?? '', rank: sort === 'often' ? -sightings : -(lastSeenMs ?? 0) };
    });
    ranked.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
    const after = fromCursor(cursor, placeSchema);
    const rest = after ? ranked.filter(({ rank, id }) => rank > after[0] || (rank === after[0] && id > after[1])) : ranked;
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const items = page.map(({ id, members, sightings, lastSeenMs }): UnknownGroup => {
      return { id, sightings, lastSeenMs, persons: members.map(({ person }) => showUnknown(mirror, person, tallied)) };
    });
    return {
      items,
      next: last && rest.length > limit ? toCursor([last.rank, last.id]) : null,
      unknowns: unknowns.length,
      groups: groups.length,
      comparing,
    };
  };
}

function showUnknown(mirror: Mirror, person: StoredPerson, tallied: Tallied): Unknown {
  const row = personRow(mirror, person, tallied);
  const others = mirror
    .facesOf(person.id)
    .filter(({ id, role }) => role === 'reference' && id !== row.face)
    .sort((a, b) => b.quality - a.quality)
    .map(({ id }) => id);
  return { ...row, pictures: [...(row.face === null ? [] : [row.face]), ...others].slice(0, mostPictures) };
}

interface Grouped {
  groups: string[][];
  comparing: boolean;
}

/** The groups of the last comparison without those who are no unknowns any more, and those who came since alone. */
function createGrouping(log: Logger, signal: AbortSignal): (unknowns: readonly StoredPerson[], parts: GalleryParts) => Grouped {
  let alike: GroupAlike | null = null;
  let known: { key: string; groups: string[][] } = { key: '', groups: [] };
  let running = false;

  const compare = async (key: string, ids: readonly string[], parts: GalleryParts): Promise<void> => {
    const { mirror, settings, database } = parts;
    alike ??= createGroupAlike({ mirror, store: database.store, assessor: assessByCalibration(settings.decision, () => mirror.counts()) });
    running = true;
    try {
      known = { key, groups: await alike.group(ids, signal) };
    } catch (err) {
      if (!signal.aborted) log.warn({ err }, 'unknowns cannot be compared');
    } finally {
      running = false;
    }
  };

  return (unknowns, parts) => {
    const { epoch, version } = parts.mirror.head;
    const key = `${epoch} ${String(version)}`;
    const ids = unknowns.slice(0, mostCompared).map(({ id }) => id);
    if (key !== known.key && !running) void compare(key, ids, parts);
    const left = new Set(unknowns.map(({ id }) => id));
    const groups = known.groups.flatMap((group) => {
      const members = group.filter((id) => left.delete(id));
      return members.length > 0 ? [members] : [];
    });
    return { groups: [...groups, ...[...left].map((id) => [id])], comparing: key !== known.key };
  };
}
