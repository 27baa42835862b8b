import { isDeepStrictEqual } from 'node:util';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { PictureFile } from '@watchpost/shared/chat/written';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { JobContext, JobHandler, JobResult } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Entry, EntryPicture } from '@watchpost/feeds/entry';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import type { Entries } from '@watchpost/feeds/feed-store';
import { alone } from '../alone.ts';
import { failsForGood } from '../fails-for-good.ts';
import { isGalleryMissing } from '../gallery-ready.ts';
import { plan, wantedOf } from './1-plan.ts';
import { bring, type BringDeps } from './3-bring.ts';
import { takeBack } from './4-take-back.ts';
import { tellAuthor } from './5-tell-author.ts';
import {
  deliveryLease,
  getDelivery,
  saveDelivery,
  stateOfAll,
  type DeliveredPicture,
  type Delivery,
  type DeliveryState,
} from './deliveries.ts';

export interface HandoffDeps extends BringDeps {
  entries: Pick<Entries, 'byIds' | 'setPictures'>;
  feeds: Pick<Feeds, 'get'>;
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  log: Logger;
  now?: () => number;
}

/**
 * Brings the pictures of an entry to where readers load them from, and takes back those that readers are no longer to see. Each step is
 * noted before it is done, so that an attempt after a kill goes on there and nothing stays anywhere.
 */
export function createHandoffHandler(deps: HandoffDeps): JobHandler<'handoff'> {
  return async ({ entryId }, context, signal) => {
    const { slug, messageId } = partsOf(entryId);
    const feed = deps.feeds.get(slug);
    // This process may not have read the file of feeds yet.
    if (!feed) {
      const message = `no feed is called ${slug}: is it in FEEDS_FILE, and the file the same everywhere?`;
      throw new AppError('handoff-waiting', message, { retryAfterMs: repairMs });
    }
    const of = { channel: feed.channel, messageId };
    return alone(deps.documents, deliveryLease(of), () => handOff({ entryId, of, feed }, context, deps, signal), signal);
  };
}

function partsOf(entryId: string): { slug: string; messageId: string } {
  const dot = entryId.indexOf('.');
  return { slug: entryId.slice(0, dot), messageId: entryId.slice(dot + 1) };
}

interface Handoff {
  entryId: string;
  of: Pick<Entry, 'channel' | 'messageId'>;
  feed: Feed;
}

/** An entry may change while its pictures are on their way; its own job follows, and this one sees most of it already. */
const mostRounds = 3;

async function handOff(handoff: Handoff, context: JobContext, deps: HandoffDeps, signal: AbortSignal): Promise<JobResult> {
  let problems: Problem[] = [];
  let isLeft: AppError | null = null;
  let didAnything = false;
  for (let round = 1; round <= mostRounds; round += 1) {
    const { entry, delivery } = await read(handoff, deps, signal);
    const todo = plan(entry, handoff.feed, delivery);
    if (round > 1 && (isLeft || todo.takeBack.length === 0)) break;
    didAnything ||= todo.bring.length > 0 || todo.takeBack.length > 0;
    isLeft = await takeBack(todo.takeBack, handoff.of, deps, signal);
    problems = await bringAll(todo.bring, { entry, delivery }, handoff, context, deps, signal);
    await note(problems, handoff, deps, signal);
  }
  const { entry } = await read(handoff, deps, signal);
  const state = stateOf(entry, handoff.feed);
  const platform = deps.platformFor(handoff.of.channel);
  const untold = await tellAuthor(entry, handoff.of, handoff.feed, state, platform, deps, signal);
  if (didAnything) deps.log.info({ entry: handoff.entryId, pictures: state }, 'pictures handed off');
  const later = problems.find(({ later: error }) => error !== null)?.later;
  if (later) throw later;
  if (isLeft) throw notRemoved(isLeft, handoff, deps);
  // Pictures that are there make no failed job.
  if (untold && !failsForGood(untold, context)) throw untold;
  return didAnything ? undefined : 'idle';
}

/** Readers can still load what they must not: the job comes again, and after it the task that looks for such pictures. */
function notRemoved(cause: AppError, { entryId }: Handoff, { log }: HandoffDeps): AppError {
  log.warn({ err: cause, entry: entryId }, 'a picture could not be removed from where readers load it; tried again');
  return new AppError('handoff-waiting', `a picture could not be removed: ${cause.message}`, { cause, retryAfterMs: repairMs });
}

interface Known {
  entry: Entry | null;
  delivery: Delivery;
}

async function read({ entryId, of }: Handoff, { entries, documents }: HandoffDeps, signal: AbortSignal): Promise<Known> {
  const [entry = null] = await entries.byIds([entryId], signal);
  return { entry, delivery: await getDelivery(documents, of, signal) };
}

/** A picture that is not there. */
interface Problem {
  fileId: string;
  state: 'waiting' | 'failed';
  /** Why another attempt follows; null: none does. */
  later: AppError | null;
}

/** One picture that cannot be brought holds up no other. */
async function bringAll(
  files: readonly PictureFile[],
  { entry, delivery }: Known,
  { feed, of }: Handoff,
  context: JobContext,
  deps: HandoffDeps,
  signal: AbortSignal,
): Promise<Problem[]> {
  if (!entry || !feed.pictures || files.length === 0) return [];
  const platform = deps.platformFor(of.channel);
  // What has failed before may fail again: the author is not told of each attempt.
  const isTriedAgain = ({ id }: PictureFile): boolean => delivery.failures.some(isFailureOf(feed, id));
  if (!files.every(isTriedAgain)) await tellAuthor(entry, of, feed, 'waiting', platform, deps, signal);
  const bringing = { entry, feed, pictures: feed.pictures, platform, expiresAtMs: entry.postedAtMs + feed.keepMs };
  const problems: Problem[] = [];
  for (const file of files) {
    const known = delivery.items.findLast((item) => item.feed === feed.slug && item.fileId === file.id) ?? null;
    try {
      const item = await bring(file, known, bringing, deps, signal);
      await forgetFailure(file.id, { feed, of }, deps, signal);
      await deps.entries.setPictures(entry.id, (now) => now.map((each) => (each.fileId === file.id ? shown(each, item) : each)), signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted || error.code === 'aborted' || isGalleryMissing(error)) throw error;
      problems.push(await judge(file.id, error, { feed, of }, context, deps, signal));
    }
  }
  return problems;
}

const shown = (picture: EntryPicture, { url, name, widthPx, heightPx, mimeType, sizeBytes }: DeliveredPicture): EntryPicture => ({
  ...picture,
  state: 'there',
  url,
  name,
  widthPx,
  heightPx,
  mimeType,
  sizeBytes,
});

/** What a person must repair at a destination is tried again so often, and so long. Milliseconds. */
const repairMs = 60_000;
const tryForMs = 24 * 3_600_000;

const isFailureOf =
  ({ slug }: Feed, fileId: string) =>
  (each: Delivery['failures'][number]): boolean =>
    each.feed === slug && each.fileId === fileId;

/** What a failure means for a picture. */
async function judge(
  fileId: string,
  error: AppError,
  { feed, of }: Pick<Handoff, 'feed' | 'of'>,
  context: JobContext,
  { documents, log, now = Date.now }: HandoffDeps,
  signal: AbortSignal,
): Promise<Problem> {
  const isDestination = error.code === 'destination-refused' || error.code === 'destination-unavailable';
  if (!failsForGood(error, context)) return { fileId, state: 'waiting', later: error };
  const isThis = isFailureOf(feed, fileId);
  const noted = (before: Delivery): Delivery =>
    before.failures.some(isThis) ? before : { ...before, failures: [...before.failures, { feed: feed.slug, fileId, sinceMs: now() }] };
  const saved = await saveDelivery(documents, of, noted, null, signal);
  const sinceMs = saved.failures.find(isThis)?.sinceMs ?? now();
  const isFirst = now() - sinceMs < repairMs;
  // That is nobody's fault: a deleted file is not wanted any more, and whose picture changed on the way gets another one.
  if (isFirst && error.code === 'file-gone')
    log.info(
      { why: error.message, entry: of.messageId, feed: feed.slug, file: fileId },
      'a picture is left out that is not there any more',
    );
  else if (isFirst) log.error({ err: error, entry: of.messageId, feed: feed.slug, file: fileId }, 'a picture was not brought to readers');
  const goesOn = isDestination && now() - sinceMs < tryForMs;
  const later = goesOn ? new AppError('handoff-waiting', error.message, { cause: error, retryAfterMs: repairMs }) : null;
  return { fileId, state: 'failed', later };
}

async function forgetFailure(fileId: string, { feed, of }: Pick<Handoff, 'feed' | 'of'>, deps: HandoffDeps, signal: AbortSignal) {
  const isThis = isFailureOf(feed, fileId);
  const { failures } = await getDelivery(deps.documents, of, signal);
  if (!failures.some(isThis)) return;
  await saveDelivery(deps.documents, of, (now) => ({ ...now, failures: now.failures.filter((each) => !isThis(each)) }), null, signal);
}

/** Notes in the entry what failed, and leaves out what is at no destination any more. */
async function note(problems: readonly Problem[], handoff: Handoff, deps: HandoffDeps, signal: AbortSignal): Promise<void> {
  const { entry, delivery } = await read(handoff, deps, signal);
  if (!entry) return;
  const names = new Set(delivery.items.filter(({ feed }) => feed === handoff.feed.slug).map(({ name }) => name));
  const failed = new Map(problems.map(({ fileId, state }) => [fileId, state]));
  const wanted = wantedIds(entry, handoff.feed);
  const change = (now: readonly EntryPicture[]): EntryPicture[] =>
    now.flatMap((picture) => {
      const state = failed.get(picture.fileId) ?? picture.state;
      if (picture.name === null || names.has(picture.name)) return picture.state === state ? picture : { ...picture, state };
      // It was taken back a moment before somebody wanted it again: the next job brings it.
      return wanted.has(picture.fileId) ? { ...picture, state: 'waiting', name: null, url: null } : [];
    });
  if (!isDeepStrictEqual(change(entry.pictures), entry.pictures)) await deps.entries.setPictures(entry.id, change, signal);
}

const wantedIds = (entry: Entry | null, feed: Feed): Set<string> => new Set(wantedOf(entry, feed).map(({ id }) => id));

function stateOf(entry: Entry | null, feed: Feed): DeliveryState {
  const wanted = wantedIds(entry, feed);
  return stateOfAll((entry?.pictures ?? []).filter(({ fileId }) => wanted.has(fileId)).map(({ state }) => state));
}
