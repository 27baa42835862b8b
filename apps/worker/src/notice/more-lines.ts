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
}

/** Says of each minute that is over how many more reports each rule had than the admin channel was shown. */
export async function postMoreLines({ platforms, documents, postNotice }: MoreLinesDeps, signal: AbortSignal): Promise<void> {
  for (const found of await untoldLines(documents, signal)) {
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
