import { channelKeySchema } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Entry } from '@watchpost/feeds/entry';
import { destinationSchema, placeOf } from '@watchpost/shared/destination-settings';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';
import type { WorkLease } from '../alone.ts';

/** A picture that is at a destination, or on its way there. */
const itemSchema = z.object({
  /** Of the feed: the slug. */
  feed: z.string(),
  fileId: z.string(),
  name: z.string(),
  /** As the feed's settings were then: that is where it is removed from. */
  destination: destinationSchema,
  /** Null: nobody knows whether it was written. */
  url: z.string().nullable(),
  /** How often readers' address was asked for it. */
  looks: z.number().int(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  mimeType: z.string(),
  sizeBytes: z.number().int(),
});
export type DeliveredPicture = z.infer<typeof itemSchema>;

/** How far the pictures of a message are in one feed. */
const states = ['none', 'waiting', 'there', 'failed'] as const;
export type DeliveryState = (typeof states)[number];

const precedence = ['waiting', 'failed', 'there'] as const;

/** How far several are together: the first of these that one of them is. */
export const stateOfAll = (all: readonly DeliveryState[]): DeliveryState => precedence.find((state) => all.includes(state)) ?? 'none';

const failureSchema = z.object({ feed: z.string(), fileId: z.string(), sinceMs: z.number() });

/** What was brought where of a message's pictures: noted before it is done, so that nothing stays anywhere that nobody knows of. */
const deliverySchema = z.object({
  v: z.literal(1),
  channel: channelKeySchema,
  messageId: z.string(),
  items: z.array(itemSchema),
  /** By slug. */
  feeds: z.record(z.string(), z.enum(states)),
  /** What could not be brought, and since when. */
  failures: z.array(failureSchema),
  /** The emoji that we have set on the message; null: none. */
  reaction: z.string().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** Whether both are the same file at the same destination. */
export const isSameFile = (one: DeliveredPicture, other: DeliveredPicture): boolean =>
  one.feed === other.feed && one.name === other.name && placeOf(one.destination) === placeOf(other.destination);

export const deliveryKind = 'delivery';
/** Without pictures it is of no more use; a job that runs late may still ask for it. Milliseconds. */
const keepEmptyMs = 86_400_000;

export const deliveryIdOf = ({ channel, messageId }: Pick<Entry, 'channel' | 'messageId'>): string => `${channel}.${messageId}`;

/** A worker that dies holds others up no longer, milliseconds. */
const leaseMs = 30_000;
/** Another job of the message comes first. */
const busy = (): AppError => new AppError('handoff-busy', 'another job works on the pictures of this message', { retryAfterMs: 500 });

/** One process at a time works on a message: several feeds may publish it, and one reaction says how far all of them are. */
export const deliveryLease = (of: Pick<Entry, 'channel' | 'messageId'>): WorkLease => ({
  id: `delivery-${deliveryIdOf(of)}`,
  leaseMs,
  busy,
});

export const readDelivery = ({ body }: StoredDocument): Delivery => deliverySchema.parse(body);

/** Reads what is known of a message's pictures. */
export async function getDelivery(
  documents: DocumentStore,
  of: Pick<Entry, 'channel' | 'messageId'>,
  signal: AbortSignal,
): Promise<Delivery> {
  const { document } = await documents.get(deliveryKind, deliveryIdOf(of), signal);
  return document ? readDelivery(document) : emptyDelivery(of);
}

const emptyDelivery = ({ channel, messageId }: Pick<Entry, 'channel' | 'messageId'>): Delivery => ({
  v: 1,
  channel,
  messageId,
  items: [],
  feeds: {},
  failures: [],
  reaction: null,
});

/** When somebody looks whether readers are still to see a delivery's pictures: by then at the latest, within that time, or then. Milliseconds. */
export type LookAgain = { byMs: number } | { withinMs: number } | { atMs: number };

/** A time that does not come. Milliseconds. */
const never = 253_402_300_799_000;

/** Writes a change on what is stored now. `lookAgain` null: as before. */
export async function saveDelivery(
  documents: DocumentStore,
  of: Pick<Entry, 'channel' | 'messageId'>,
  change: (now: Delivery) => Delivery,
  lookAgain: LookAgain | null,
  signal: AbortSignal,
): Promise<Delivery> {
  const id = deliveryIdOf(of);
  return untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(deliveryKind, id, signal);
    const delivery = change(document ? readDelivery(document) : emptyDelivery(of));
    await documents.put(
      {
        kind: deliveryKind,
        id,
        revision: document?.revision ?? 0,
        atMs: lookAtMs(document?.atMs ?? never, Math.floor(nowMs), lookAgain),
        keys: [],
        expiresAtMs: delivery.items.length === 0 ? nowMs + keepEmptyMs : null,
        body: delivery,
      },
      signal,
    );
    return delivery;
  }, signal);
}

function lookAtMs(knownMs: number, nowMs: number, lookAgain: LookAgain | null): number {
  if (lookAgain === null) return knownMs;
  if ('atMs' in lookAgain) return lookAgain.atMs;
  return Math.min(knownMs, 'byMs' in lookAgain ? lookAgain.byMs : nowMs + lookAgain.withinMs);
}

/** Has somebody look soon whether readers are still to see a message's pictures, if there are any. */
export async function lookSoon(documents: DocumentStore, of: Pick<Entry, 'channel' | 'messageId'>, signal: AbortSignal): Promise<void> {
  const { document } = await documents.get(deliveryKind, deliveryIdOf(of), signal);
  if (document) await saveDelivery(documents, of, (now) => now, { withinMs: 0 }, signal);
}
