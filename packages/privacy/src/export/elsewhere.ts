import { channelKeySchema } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { personKey } from '@watchpost/gallery/person-documents';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { subscriptionSchema } from '@watchpost/visits/subscription';
import { z } from 'zod';
import { timeOf } from './time-of.ts';

const pageSize = 200;

/** What became of the snapshots in which the person was recognised: of each their own faces, and nobody else's. */
export async function recordsOf(
  ids: readonly string[],
  records: Pick<SnapshotRecords, 'ofPersons'>,
  signal: AbortSignal,
): Promise<unknown[]> {
  const listed: unknown[] = [];
  for (let last = ''; ;) {
    const page: SnapshotRecord[] = await records.ofPersons(ids, last, pageSize, signal);
    for (const { snapshotId, job, state, outcome, outcomeAtMs, faces } of page) {
      // Of an uncertain face the person is only a candidate: it may be anybody's.
      const own = (faces ?? []).filter(({ decision, personId }) => decision !== 'uncertain' && personId !== null && ids.includes(personId));
      if (own.length === 0) continue;
      listed.push({
        snapshot: snapshotId,
        channel: job.channel,
        camera: job.camera,
        takenAt: timeOf(job.takenAtMs),
        state,
        outcome,
        outcomeAt: outcomeAtMs === null ? null : timeOf(outcomeAtMs),
        faces: own.map(({ box, quality, sizePx, decision, similarity }) => ({ box, quality, sizePx, decision, similarity })),
      });
    }
    last = page.at(-1)?.snapshotId ?? '';
    if (page.length < pageSize) return listed;
  }
}

const noticeSchema = z.object({
  to: z.union([z.object({ channel: channelKeySchema }), z.looseObject({}).transform(() => ({ channel: null }))]),
  about: z.object({ fromMs: z.number(), toMs: z.number() }).nullish(),
});

/** The digests and messages of the last days that name the person: where and when, not what they say of others, nor who got them. */
export async function noticesOf(ids: readonly string[], documents: DocumentStore, signal: AbortSignal): Promise<unknown[]> {
  const found = new Map<string, unknown>();
  for (const personId of ids) {
    for await (const { id, atMs, body } of eachDocument(documents, { kind: 'notice', key: personKey(personId) }, pageSize, signal)) {
      const { data } = noticeSchema.safeParse(body);
      const about = data?.about ? { from: timeOf(data.about.fromMs), to: timeOf(data.about.toMs) } : null;
      found.set(id, { at: timeOf(atMs), channel: data?.to.channel ?? null, kind: about ? 'digest' : 'message', about });
    }
  }
  return [...found.values()];
}

const subscriberSchema = z.object({ subscriptions: z.array(subscriptionSchema) });

/** That somebody wants to be told when the person comes; not who. */
export async function subscriptionsOf(ids: readonly string[], documents: DocumentStore, signal: AbortSignal): Promise<unknown[]> {
  const listed: unknown[] = [];
  for await (const { body } of eachDocument(documents, { kind: 'subscriptions' }, pageSize, signal)) {
    const { data } = subscriberSchema.safeParse(body);
    for (const { who, camera, hours } of data?.subscriptions ?? [])
      if (who.kind === 'person' && ids.includes(who.personId)) listed.push({ by: 'a member of the chat', camera, hours });
  }
  return listed;
}
