import { platformOf } from '@watchpost/shared/chat/chat';
import { inlinesOf } from '@watchpost/shared/chat/written';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { ProfileJob } from '@watchpost/shared/jobs/profile-job';
import type { Entry } from '@watchpost/feeds/entry';
import type { Profiles } from '@watchpost/feeds/feed-store';
import { standardEmoji } from '@watchpost/feeds/render/emoji';

export interface AskProfilesDeps {
  profiles: Pick<Profiles, 'members' | 'channels' | 'emoji'>;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  now: () => number;
}

/** What an entry shows of the platform beside its text, by the platform's ids and names. */
export interface Shown {
  member: string[];
  channel: string[];
  emoji: string[];
}

/** What is older is read again, milliseconds. */
const freshMs = 86_400_000;
/** What could not be read is asked for again after so long, milliseconds. */
const againMs = 3_600_000;
/** So many are remembered as known. */
const mostRemembered = 50_000;
/** Of one entry: nobody reads more. */
const mostOfOne = 100;
const idPattern = /^[\w+'-]{1,64}$/;

/** What an entry that readers see shows. Pure. */
export function shownIn({ author, published }: Pick<Entry, 'author' | 'published'>): Shown {
  if (!published) return { member: [], channel: [], emoji: [] };
  const inlines = inlinesOf(published.written.blocks);
  const some = (ids: readonly (string | null | undefined)[]): string[] =>
    [...new Set(ids)].flatMap((id) => (typeof id === 'string' && idPattern.test(id) ? id : [])).slice(0, mostOfOne);
  return {
    member: some([author?.member ?? author?.bot, ...inlines.map((inline) => (inline.type === 'member' ? inline.member : null))]),
    channel: some(inlines.map((inline) => (inline.type === 'channel' ? inline.channel : null))),
    emoji: some(inlines.map((inline) => (inline.type === 'emoji' && isOwn(inline) ? inline.name : null))),
  };
}

/** An emoji of the workspace's own. */
const isOwn = ({ name, unicode }: { name: string; unicode: string | null }): boolean => unicode === null && standardEmoji(name) === null;

/**
 * Queues the reading of whoever an entry shows and nobody knows yet, or not lately. The entry does not wait for that: readers see the
 * names as soon as they are there. Of what is known this process asks nobody.
 */
export function createAskProfiles({ profiles, sender, sendTimeoutMs, now }: AskProfilesDeps) {
  /** Until when each is known, milliseconds since 1970. */
  const known = new Map<string, number>();
  const isKnown = (key: string): boolean => (known.get(key) ?? 0) > now();
  const remember = (key: string, untilMs: number): void => {
    if (known.size >= mostRemembered) known.clear();
    known.set(key, untilMs);
  };

  async function readAt(
    platform: string,
    what: ProfileJob['what'],
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, number>> {
    if (what === 'member') return timesOf(await profiles.members(platform, ids, signal));
    if (what === 'channel') return timesOf(await profiles.channels(platform, ids, signal));
    const kept = await profiles.emoji(platform, signal);
    return new Map(kept ? ids.filter((name) => kept.emoji.has(name)).map((name) => [name, kept.readAtMs]) : []);
  }

  async function ask(platform: string, what: ProfileJob['what'], ids: readonly string[], signal: AbortSignal): Promise<void> {
    const unknown = ids.filter((id) => !isKnown(`${platform} ${what} ${id}`));
    if (unknown.length === 0) return;
    const times = await readAt(platform, what, unknown, signal);
    for (const subject of unknown) {
      const untilMs = (times.get(subject) ?? 0) + freshMs;
      if (untilMs <= now()) {
        const id = ['shown', platform, what, Buffer.from(subject).toString('base64url'), Math.floor(now() / againMs)].join('-');
        await sender.send({ v: 1, kind: 'profile', id, platform, what, subject, isShown: true }, { timeoutMs: sendTimeoutMs });
      }
      remember(`${platform} ${what} ${subject}`, Math.max(untilMs, (Math.floor(now() / againMs) + 1) * againMs));
    }
  }

  return async (entry: Entry, signal: AbortSignal): Promise<void> => {
    const shown = shownIn(entry);
    const platform = platformOf(entry.channel);
    for (const what of ['member', 'channel', 'emoji'] as const) await ask(platform, what, shown[what], signal);
  };
}

const timesOf = (read: readonly { id: string; readAtMs: number }[]): Map<string, number> =>
  new Map(read.map(({ id, readAtMs }) => [id, readAtMs]));
