import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { moreLine } from '@watchpost/rules/words/summary';
import { noteTold, unreadOnly, untoldLines } from '../violation/throttle.ts';
import type { PostNotice } from './notice.ts';

export interface MoreLinesDeps {
  platforms: readonly Pick<ConnectedPlatform, 'adminChannel'>[];
  documents: DocumentStore;
  postNotice: PostNotice;
  now: () => number;
}

const minuteMs = 60_000;
/** A minute is looked at a little after its end: then everything in it has been written. Milliseconds. */
const settleMs = 10_000;
/** Minutes that nobody could tell of in time are still told. Milliseconds. */
const lateMs = 6 * 3_600_000;

/** Says of each minute that is over how many more reports each rule had than the admin channel was shown. */
export async function postMoreLines({ platforms, documents, postNotice, now }: MoreLinesDeps, signal: AbortSignal): Promise<void> {
  const beforeMs = Math.floor((now() - settleMs) / minuteMs) * minuteMs;
  for (const found of await untoldLines({ fromMs: beforeMs - lateMs, beforeMs }, documents, signal)) {
    const { platform, ruleId, ruleName, fromMs, more } = found.lines;
    const channel = platforms.flatMap(({ adminChannel }) => adminChannel ?? []).find((each) => platformOf(each) === platform);
    if (channel !== undefined) {
      const id = `more-${platform}-${ruleId}-${new Date(fromMs).toISOString().slice(0, 16).replaceAll(':', '')}`;
      await postNotice(
        { id, to: { channel }, post: moreLine({ rule: ruleId === unreadOnly.ruleId ? null : ruleName, more }), sheet: [] },
        signal,
      );
    }
    await noteTold(found, documents, signal).catch((error: unknown) => {
      // Somebody counted one more just now: the next round says the same once more, to a notice that there is already.
      if (!isConflict(error)) throw error;
    });
  }
}
