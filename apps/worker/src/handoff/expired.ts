import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { entryIdOf } from '@watchpost/feeds/entry';
import type { Entries } from '@watchpost/feeds/feed-store';
import type { Task } from '../schedule.ts';
import { alone } from '../alone.ts';
import { isOver } from './1-plan.ts';
import { takeBack, type TakeBackDeps } from './4-take-back.ts';
import { deliveryKind, deliveryLease, getDelivery, readDelivery, saveDelivery, type Delivery } from './deliveries.ts';

export interface ExpiredDeps extends TakeBackDeps {
  entries: Pick<Entries, 'byIds'>;
  log: Logger;
}

const hourMs = 3_600_000;
/** Messages whose pictures are looked at in one go. */
const mostAtOnce = 100;

/** What one of all workers does again and again about pictures: those that readers are to see no longer go from where they were brought. */
export function handoffTasks(deps: ExpiredDeps): Task[] {
  return [{ name: 'expired-pictures', everyMs: hourMs / 4, run: async (signal) => removeExpired(deps, signal) }];
}

async function removeExpired(deps: ExpiredDeps, signal: AbortSignal): Promise<void> {
  const nowMs = await clockOf(deps.documents, signal);
  for (;;) {
    const due = await deps.documents.find({ kind: deliveryKind, beforeMs: nowMs, order: 'oldest', limit: mostAtOnce }, signal);
    for (const document of due) await removeOf(readDelivery(document), nowMs, deps, signal);
    if (due.length < mostAtOnce) return;
  }
}

const clockOf = async (documents: DocumentStore, signal: AbortSignal): Promise<number> =>
  (await documents.get(deliveryKind, 'clock', signal)).nowMs;

/** One destination that does not answer holds up no other; it is asked again in an hour. */
async function removeOf(delivery: Delivery, nowMs: number, deps: ExpiredDeps, signal: AbortSignal): Promise<void> {
  // Moved on first: whatever happens, the others come before it.
  await saveDelivery(deps.documents, delivery, (now) => now, { atMs: nowMs + hourMs }, signal);
  try {
    await alone(deps.documents, deliveryLease(delivery), () => removeAlone(delivery, deps, signal), signal);
  } catch (thrown) {
    const err = toAppError(thrown);
    if (signal.aborted || !(err.code === 'handoff-busy' || isConflict(err))) throw err;
  }
}

async function removeAlone({ channel, messageId }: Delivery, deps: ExpiredDeps, signal: AbortSignal): Promise<void> {
  const delivery = await getDelivery(deps.documents, { channel, messageId }, signal);
  const slugs = [...new Set(delivery.items.map(({ feed }) => feed))];
  const ids = slugs.map((slug) => entryIdOf(slug, messageId));
  const left = new Map((await deps.entries.byIds(ids, signal)).map((entry) => [entry.feed, entry]));
  const over = delivery.items.filter(({ feed, fileId }) => isOver(fileId, left.get(feed) ?? null));
  const err = await takeBack(over, delivery, deps, signal);
  if (err)
    deps.log.warn({ err, message: messageId }, 'pictures that readers are to see no longer could not be removed; tried again in an hour');
}
