import type { Entry, EntryPicture, Version } from '../entry.ts';
import type { Feed } from '../feed.ts';
import type { Profiles } from '../feed-store.ts';
import { namesOf, type Names } from '../render/names.ts';
import { textOf } from '../render/text.ts';
import { openVersion } from '../store/entries.ts';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { Written } from '@watchpost/shared/chat/written';
import type { Envelope } from '@watchpost/shared/envelope';
import { toAppError } from '@watchpost/shared/errors';

/** An entry as editors see it. */
export interface DescribedEntry {
  feed: string;
  ts: string;
  postedAt: string;
  author: string;
  state: string;
  /** What readers see; null: nothing. */
  shown: string | null;
  /** The newest first. `text` null: nothing of it is kept, or it cannot be read here; `state` says which. */
  versions: { atUs: number; state: string; text: string | null }[];
  decision: { by: string; at: string; text: string | null; isHidden: boolean; isApproved: boolean } | null;
  approvedBy: string[];
  pictures: Pick<EntryPicture, 'fileId' | 'state' | 'url'>[];
}

/** How far an entry is, in a word or two. */
export function stateOf(entry: Entry): string {
  const { deletedAtUs, editorial, published, author, versions } = entry;
  const [newest] = versions;
  if (deletedAtUs !== null) return 'deleted';
  if (!newest) return author === null ? 'not seen yet' : 'empty';
  if (newest.withheld !== null) return withheld[newest.withheld];
  if (editorial?.isHidden) return 'hidden';
  if (!published) return 'waits';
  if (isWaiting(entry)) return 'shown, an edit waits';
  return editorial?.text == null ? 'shown' : "shown with an editor's text";
}

const withheld = { 'off-record': 'off the record', 'may-not-post': 'may not post', rule: 'kept back by a rule' };

/** What of an entry tells whether it waits. */
interface Standing {
  versions: readonly Pick<Version, 'atUs' | 'withheld'>[];
  published: Pick<NonNullable<Entry['published']>, 'atUs'> | null;
  editorial: Pick<NonNullable<Entry['editorial']>, 'isHidden'> | null;
  deletedAtUs: number | null;
}

/** Whether the newest version waits for somebody's yes. */
export function isWaiting({ versions: [newest], published, editorial, deletedAtUs }: Standing): boolean {
  if (!newest || deletedAtUs !== null || editorial?.isHidden) return false;
  return newest.withheld === null && published?.atUs !== newest.atUs;
}

export interface DescribeOptions {
  feed: Feed;
  profiles: Profiles;
  envelope: Envelope | null;
}

/** Entries with their texts, as far as the key that is here opens them. */
export async function describeEntries(
  entries: readonly Entry[],
  { feed, profiles, envelope }: DescribeOptions,
  signal: AbortSignal,
): Promise<DescribedEntry[]> {
  const ids = entries.flatMap(({ author }) => author?.member ?? author?.bot ?? []);
  const members = new Map((await profiles.members(platformOf(feed.channel), ids, signal)).map((each) => [each.id, each.displayName]));
  const names = namesOf({
    member: (id) => members.get(id) ?? id,
    channel: (id) => id,
    pictureUrl: (name) => name,
    timeZone: feed.timeZone,
    language: feed.language,
    emoji: new Map(),
  });
  return entries.map((entry) => described(entry, names, envelope));
}

function described(entry: Entry, names: Names, envelope: Envelope | null): DescribedEntry {
  const { feed, messageId, postedAtMs, author, published, editorial, marks, pictures } = entry;
  const id = author?.member ?? author?.bot ?? null;
  return {
    feed,
    ts: messageId,
    postedAt: new Date(postedAtMs).toISOString(),
    author: id === null ? '' : (names.member(id) ?? id),
    state: stateOf(entry),
    shown: published && textIn(published.written, names),
    versions: entry.versions.map((version) => describedVersion(entry, version, names, envelope)),
    decision: editorial && {
      by: editorial.by,
      at: new Date(editorial.atMs).toISOString(),
      text: editorial.text,
      isHidden: editorial.isHidden,
      isApproved: editorial.approvedAtUs !== null,
    },
    approvedBy: marks.filter(({ isSet }) => isSet).map(({ emoji, member }) => `:${emoji}: ${names.member(member) ?? member}`),
    pictures: pictures.map(({ fileId, state, url }) => ({ fileId, state, url })),
  };
}

function describedVersion(entry: Entry, version: Version, names: Names, envelope: Envelope | null): DescribedEntry['versions'][number] {
  const { atUs } = version;
  if (version.withheld !== null) return { atUs, state: withheld[version.withheld], text: null };
  if (version.sealed === null) {
    const shown = entry.published?.atUs === atUs ? entry.published : null;
    return { atUs, state: shown ? 'shown' : 'not kept', text: shown && textIn(shown.written, names) };
  }
  const state = entry.published?.atUs === atUs ? 'replaced by an editor' : 'waits';
  if (!envelope) return { atUs, state: `${state}; sealed: without MESSAGE_KEY or SLACK_API_TOKEN it cannot be read here`, text: null };
  try {
    const written = openVersion(envelope, entry.id, version);
    return { atUs, state, text: written && textIn(written, names) };
  } catch (error) {
    return { atUs, state: `${state}; it cannot be read: ${toAppError(error).message}`, text: null };
  }
}

function textIn(written: Written, names: Names): string {
  const { pictures, otherFiles } = written;
  const files = [...counted(pictures.length, 'picture'), ...counted(otherFiles, 'other file')];
  const text = textOf(written, names);
  return files.length === 0 ? text : `${text}${text === '' ? '' : ' '}[${files.join(', ')}]`;
}

const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${String(count)} ${what}${count === 1 ? '' : 's'}`]);
