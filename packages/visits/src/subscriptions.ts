import { typed } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { nameKey } from '@watchpost/gallery/names';
import { z } from 'zod';
import { isWithin } from './daily-hours.ts';
import { subscriptionSchema, type Subscription } from './subscription.ts';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { shortHash } from './visit-document.ts';
import type { Visit } from './visit.ts';
import type { Visitor, VisitView } from './visit-view.ts';
import { timesRun } from './words/times.ts';
import { between } from './words/who.ts';

/** A member of a chat platform. */
export interface Subscriber {
  /** As in channel keys. */
  platform: string;
  /** The platform's id of the person: `U0123`. */
  member: string;
}

/** A visit that somebody wants to be told of. */
export interface Telling extends Subscriber {
  /** Of the notice to be posted: the same for the same visit, member and person, so that each is told once. */
  noticeId: string;
  personId: string;
  post: Post;
}

/** A visit, and what is needed to find out who wants to know of it. */
export interface Happening {
  visit: Visit;
  view: VisitView;
  timeZone: string;
  nowMs: number;
  /** Who a person has become, by id: after a merge another one; null if it is gone. */
  currentId: (personId: string, signal: AbortSignal) => Promise<string | null>;
}

/** What members want to be told of by direct message. Methods reject with `gallery-unavailable` when the database does not answer. */
export interface Subscriptions {
  /** Adds one; one that says the same is not added again. Rejects with `change-refused` if the member has very many. */
  add(subscriber: Subscriber, wish: Omit<Subscription, 'number'>, signal: AbortSignal): Promise<Subscription>;
  list(subscriber: Subscriber, signal: AbortSignal): Promise<Subscription[]>;
  /** Takes one back, by its number, and resolves to it; null if there is none. */
  stop(subscriber: Subscriber, number: number, signal: AbortSignal): Promise<Subscription | null>;
  /** Nobody waits any more for somebody who is forgotten. */
  forget(personId: string, signal: AbortSignal): Promise<void>;
  /** Takes all of a member's back. */
  end(subscriber: Subscriber, signal: AbortSignal): Promise<void>;
  /** Who is to be told of a visit. One of long ago, found again or named later, is no news. */
  matching(happening: Happening, signal: AbortSignal): Promise<Telling[]>;
}

const kind = 'subscriptions';
/** Of one member. */
const mostOfOne = 50;
/** So many members are told of a visit. */
const mostMembers = 5_000;
/** So long after a visit it is still news, milliseconds. */
const newsMs = 30 * 60_000;

const bodySchema = z.object({
  v: z.literal(1),
  platform: z.string(),
  member: z.string(),
  nextNumber: z.number().int(),
  subscriptions: z.array(subscriptionSchema),
});
type Body = z.infer<typeof bodySchema>;

/** Subscriptions on a store of documents: one for each member. */
export function createSubscriptions(documents: DocumentStore): Subscriptions {
  const idOf = ({ platform, member }: Subscriber): string => shortHash([platform, member]);

  async function read(
    { platform, member }: Subscriber,
    signal: AbortSignal,
  ): Promise<{ stored: StoredDocument | null; body: Body; nowMs: number }> {
    const { document: stored, nowMs } = await documents.get(kind, idOf({ platform, member }), signal);
    const empty: Body = { v: 1, platform, member, nextNumber: 1, subscriptions: [] };
    return { stored, body: stored ? bodySchema.parse(stored.body) : empty, nowMs };
  }

  /** Null from `change`: nothing to write. */
  const changing = <T>(subscriber: Subscriber, change: (body: Body) => { body: Body | null; result: T }, signal: AbortSignal): Promise<T> =>
    untilNoConflict(async () => {
      const { stored, body: before, nowMs } = await read(subscriber, signal);
      const { body, result } = change(before);
      const written = { kind, id: idOf(subscriber), revision: stored?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: null };
      if (body) await documents.put({ ...written, body }, signal);
      return result;
    }, signal);

  return {
    list: async (subscriber, signal) => (await read(subscriber, signal)).body.subscriptions,
    add: (subscriber, wish, signal) =>
      changing(
        subscriber,
        (body) => {
          const same = body.subscriptions.find((each) => isSameWish(each, wish));
          if (same) return { body: null, result: same };
          if (body.subscriptions.length >= mostOfOne)
            throw new AppError('change-refused', `${mostOfOne} subscriptions are the most: stop one first`);
          const added = { ...wish, number: body.nextNumber };
          return { body: { ...body, nextNumber: added.number + 1, subscriptions: [...body.subscriptions, added] }, result: added };
        },
        signal,
      ),
    stop: (subscriber, number, signal) =>
      changing(
        subscriber,
        (body) => {
          const stopped = body.subscriptions.find((each) => each.number === number) ?? null;
          const left = body.subscriptions.filter((each) => each !== stopped);
          return { body: stopped && { ...body, subscriptions: left }, result: stopped };
        },
        signal,
      ),
    forget: async (personId, signal) => {
      const isOf = ({ who }: Subscription): boolean => who.kind === 'person' && who.personId === personId;
      for (const { body } of await documents.find({ kind, order: 'oldest', limit: mostMembers }, signal)) {
        const parsed = bodySchema.parse(body);
        if (!parsed.subscriptions.some(isOf)) continue;
        const without = (now: Body): Body => ({ ...now, subscriptions: now.subscriptions.filter((each) => !isOf(each)) });
        await changing(parsed, (now) => ({ body: without(now), result: undefined }), signal);
      }
    },
    end: (subscriber, signal) =>
      changing(
        subscriber,
        (body) => ({ body: body.subscriptions.length === 0 ? null : { ...body, subscriptions: [] }, result: undefined }),
        signal,
      ),
    matching: async (happening, signal) => {
      if (happening.nowMs - happening.view.toMs > newsMs) return [];
      const all = await documents.find({ kind, order: 'oldest', limit: mostMembers }, signal);
      const told: Telling[] = [];
      for (const { body } of all) told.push(...(await tellingsOf(bodySchema.parse(body), happening, signal)));
      return told;
    },
  };
}

function isSameWish({ who, camera, hours }: Subscription, wish: Omit<Subscription, 'number'>): boolean {
  const id = (of: Subscription['who']): string => (of.kind === 'person' ? of.personId : of.kind);
  const places = [camera, wish.camera].map((name) => (name === null ? '' : nameKey(name)));
  const times = [hours, wish.hours].map((each) => (each ? `${each.fromMinute}-${each.toMinute}` : ''));
  return id(who) === id(wish.who) && places[0] === places[1] && times[0] === times[1];
}

/** A person whom several subscriptions of a member name is told of once. */
async function tellingsOf({ platform, member, subscriptions }: Body, happening: Happening, signal: AbortSignal): Promise<Telling[]> {
  const { visit, view, timeZone } = happening;
  const told = new Map<string, Visitor>();
  for (const subscription of subscriptions) {
    const { who, camera, hours } = subscription;
    if (camera !== null && nameKey(camera) !== nameKey(visit.camera ?? '')) continue;
    const wanted = who.kind === 'person' ? await happening.currentId(who.personId, signal) : null;
    for (const visitor of view.visitors) {
      const { person, standing } = visitor;
      // Nobody who is ignored or uncertain is reported.
      if (person === null || standing === 'ignored') continue;
      if (who.kind === 'person' && person.id !== wanted) continue;
      if (who.kind === 'unknown' && standing !== 'unknown') continue;
      if (hours && !momentsOf(visitor, visit).some((atMs) => isWithin(hours, atMs, timeZone))) continue;
      told.set(person.id, visitor);
    }
  }
  return [...told].map(([personId, visitor]) => ({
    platform,
    member,
    personId,
    noticeId: `tell-${visit.id}-${shortHash([platform, member, personId])}`,
    post: tellingPost(visitor, happening),
  }));
}

function momentsOf({ faces }: Visitor, { snapshots }: Visit): number[] {
  const shown = new Set(faces.map(({ snapshotId }) => snapshotId));
  return snapshots.filter(({ snapshotId }) => shown.has(snapshotId)).map(({ takenAtMs }) => takenAtMs);
}

/** `Ada came to Front door · 22:14–22:16`. */
function tellingPost(visitor: Visitor, { visit, timeZone }: Happening): Post {
  const moments = momentsOf(visitor, visit);
  const what = `${visitor.person?.name ?? ''} ${visit.camera === null ? 'was seen' : `came to ${visit.camera}`}`;
  const text = [{ text: what, bold: true }, between, ...timesRun(Math.min(...moments), Math.max(...moments), timeZone)];
  return {
    summary: what,
    picture: null,
    sections: [{ text, buttons: [], menu: [] }],
    footer: [{ text: `You asked to be told. Your subscriptions: ${typed('subscriptions')}` }],
  };
}
