import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Editorial, Entry } from '../entry.ts';
import type { Changed, Entries } from '../feed-store.ts';
import type { Feed } from '../feed.ts';
import type { Decision, Decisions } from '../store/decisions.ts';
import { stateOf } from './described.ts';

/** As much as a message of Slack's may have. Characters. */
export const longestOverride = 40_000;

const none = { text: null, isHidden: false, approvedAtUs: null };
const sendTimeoutMs = 5_000;

/** What an editor wants of an entry. `text`: what readers are to see, of `overrode`. */
export type WantedOfEntry = { what: Exclude<Decision['what'], 'overrode' | 'closed' | 'reopened'> } | { what: 'overrode'; text: string };

export interface DecideEntryDeps {
  entries: Entries;
  decisions: Decisions;
  /** Null: there is no key here, and what waits cannot be opened. */
  envelope: Envelope | null;
  sender: Pick<JobSender, 'send'>;
  /** Readers see the decision, but its pictures follow with the next event only. */
  onQueueAway: (error: AppError) => void;
}

/**
 * Decides about one entry. It is on record before it is done. Rejects with `entry-unknown` (no such entry, or it was deleted),
 * `change-refused` (it cannot be approved, or no editor has), `usage-invalid` (the text), or `config-invalid` (the key is missing).
 */
export async function decideEntry(
  { feed, messageId, by, wanted }: { feed: Feed; messageId: string; by: string; wanted: WantedOfEntry },
  deps: DecideEntryDeps,
  signal: AbortSignal,
): Promise<Changed> {
  const { entries, decisions, envelope } = deps;
  const before = await entries.get(feed.slug, messageId, signal);
  if (!before || before.deletedAtUs !== null) throw entryUnknown(feed, messageId, before);
  // What cannot be done is refused before it is on record.
  if (!envelope) throw keyMissing();
  const change = changeOf(wanted, before, feed);
  await decisions.record({ actor: by, what: wanted.what, feed: feed.slug, messageId }, signal);
  const decided = (now: Editorial | null): Editorial => ({ ...none, ...now, ...change, by, atMs: Date.now() });
  const changed = await entries.decide(feed, messageId, decided, signal);
  if (!changed) throw entryUnknown(feed, messageId, null);
  await tellWorker(feed, changed, deps);
  return changed;
}

function changeOf(wanted: WantedOfEntry, entry: Entry, feed: Feed): Partial<Pick<Editorial, 'text' | 'isHidden' | 'approvedAtUs'>> {
  switch (wanted.what) {
    case 'approved':
      return approved(entry, feed);
    case 'withdrew':
      return withdrawn(entry);
    case 'hid':
      return { isHidden: true };
    case 'showed':
      return { isHidden: false };
    case 'restored':
      return { text: null };
    case 'overrode':
      return overridden(wanted.text.trim());
    default:
      return wanted satisfies never;
  }
}

function approved(entry: Entry, feed: Feed): { approvedAtUs: number } {
  if (!feed.approval) throw new AppError('change-refused', `the feed ${feed.slug} needs no approval`);
  const [newest] = entry.versions;
  if (newest?.withheld === null) return { approvedAtUs: newest.atUs };
  throw new AppError('change-refused', `it cannot be approved: ${stateOf(entry)}`);
}

/** Only what an editor approved by hand: reactions are their members' own. */
function withdrawn({ editorial }: Entry): { approvedAtUs: null } {
  if (editorial?.approvedAtUs != null) return { approvedAtUs: null };
  throw new AppError('change-refused', 'no editor has approved it: hide it, or have the reaction removed that approves it');
}

function overridden(text: string): { text: string } {
  if (text === '') throw new AppError('usage-invalid', 'the text is missing: to leave out the whole entry, hide it');
  if (text.length > longestOverride) throw new AppError('usage-invalid', `a text may have ${String(longestOverride)} characters`);
  return { text };
}

/** Of an entry that is not there, or not any more. */
export function entryUnknown({ slug }: Feed, messageId: string, before: Entry | null): AppError {
  const reason = before ? 'was deleted' : 'is not there';
  return new AppError('entry-unknown', `${messageId} ${reason} in the feed ${slug}`);
}

/** For what cannot be done without the key. */
export const keyMissing = (): AppError =>
  new AppError(
    'config-invalid',
    'set MESSAGE_KEY, or SLACK_API_TOKEN where the worker has no MESSAGE_KEY: what readers do not see is sealed with it',
  );

/** The worker brings or removes the pictures that go with it. */
async function tellWorker(
  feed: Feed,
  { entry }: Changed,
  { sender, onQueueAway }: Pick<DecideEntryDeps, 'sender' | 'onQueueAway'>,
): Promise<void> {
  const { id, channel, messageId, picturesWanted } = entry;
  const nowMs = Date.now();
  const timeoutMs = sendTimeoutMs;
  try {
    if (picturesWanted > 0) await sender.send({ v: 1, kind: 'handoff', entryId: id, wanted: picturesWanted }, { timeoutMs });
    if (feed.source !== 'messages') return;
    const decided = { v: 1, kind: 'entry', change: 'decided', id: `${id}-decided-${String(nowMs)}`, atUs: nowMs * 1_000 } as const;
    await sender.send({ ...decided, channel, messageId }, { timeoutMs });
  } catch (error) {
    onQueueAway(toAppError(error));
  }
}
