import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { momentOf, wallTimeOf } from '@watchpost/visits/daily-hours';
import { digestOf } from '@watchpost/visits/digest';
import type { Visits } from '@watchpost/visits/visits';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { posting } from '../offered.ts';
import { viewVisits, type ViewedVisit } from '@watchpost/visits/view-visits';
import { readNotice, type NoticeBody, type PostNotice } from './notice.ts';
import { skippedIn } from './skipped-line.ts';

export interface DigestDeps {
  platforms: readonly ConnectedPlatform[];
  cameras: Cameras;
  visits: Visits;
  gallery: Gallery;
  questions: GalleryQuestions;
  records: Pick<SnapshotRecords, 'outcomes'>;
  documents: DocumentStore;
  postNotice: PostNotice;
  now: () => number;
}

/** A digest that could not be made in time is still made for so long, milliseconds. */
const lateMs = 6 * 3_600_000;
/** What was seen at the end of the day takes so long until it is known, milliseconds. */
const settleMs = 60_000;

/** The day of a digest: from one set hour to the next. */
export interface DigestDay {
  /** Of the day on which it is posted: `2026-11-22`. */
  name: string;
  fromMs: number;
  toMs: number;
}

/** The digest that is due at this moment, or was a few hours ago; null: none. Pure. */
export function dueDigest(nowMs: number, atMinute: number | null, timeZone: string): DigestDay | null {
  if (atMinute === null) return null;
  const today = wallTimeOf(nowMs, timeZone);
  const dueOn = (daysAgo: number): { atMs: number; name: string } => {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day - daysAgo));
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    return { atMs: momentOf({ ...day, minute: atMinute }, timeZone), name: date.toISOString().slice(0, 10) };
  };
  const daysAgo = [0, 1].find((each) => dueOn(each).atMs <= nowMs);
  if (daysAgo === undefined) return null;
  const due = dueOn(daysAgo);
  return nowMs - due.atMs > lateMs ? null : { name: due.name, fromMs: dueOn(daysAgo + 1).atMs, toMs: due.atMs };
}

/** Makes the digest that is due, once for each platform, and sees to it that it is posted. */
export async function postDailyDigest(deps: DigestDeps, signal: AbortSignal): Promise<void> {
  const { cameras, documents, platforms, postNotice, now } = deps;
  const day = dueDigest(now() - settleMs, cameras.digestAtMinute(), cameras.timeZone());
  if (!day || !deps.gallery.isReady()) return;
  for (const { writeChannel } of posting(platforms)) {
    const id = `digest-${platformOf(writeChannel)}-${day.name}`;
    const made = await readNotice(documents, id, signal);
    if (made && (!made.post || made.progress?.state === 'posted')) continue;
    // Again for one that was made: whoever made it may have been stopped before it was queued.
    const digest = made ?? (await makeDigest(day, platformOf(writeChannel), deps, signal));
    const { post, sheet, persons = [] } = digest;
    const about = { fromMs: day.fromMs, toMs: day.toMs };
    await postNotice({ id, to: { channel: writeChannel }, post, sheet, persons, about }, signal);
  }
}

/** What there is to say about this time, as it is known now. */
export async function makeDigest(
  day: Pick<DigestDay, 'fromMs' | 'toMs'>,
  platform: string,
  deps: Pick<DigestDeps, 'visits' | 'cameras' | 'records' | 'questions'>,
  signal: AbortSignal,
): Promise<Pick<NoticeBody, 'post' | 'sheet' | 'persons'>> {
  const { visits, cameras, questions, records } = deps;
  const ended = await visits.during({ fromMs: day.fromMs, beforeMs: day.toMs }, signal);
  const mine = ended.filter(({ channel }) => platformOf(channel) === platform);
  const outcomes = await records.outcomes({ fromMs: day.fromMs, toMs: day.toMs }, signal);
  const skipped = skippedIn(outcomes, platform);
  const viewed = await viewVisits(mine, questions, signal);
  const digest = digestOf({ fromMs: day.fromMs, timeZone: cameras.timeZone(), visits: viewed, skipped });
  // Quiet days are quiet.
  return digest ? { ...digest, persons: namedIn(viewed) } : { post: null, sheet: [] };
}

function namedIn(viewed: readonly ViewedVisit[]): string[] {
  const told = viewed.filter(({ visit }) => visit.verdict === 'digest').flatMap(({ view }) => view.visitors);
  return [...new Set(told.flatMap(({ person, standing }) => (person && standing === 'named' ? person.id : [])))];
}
