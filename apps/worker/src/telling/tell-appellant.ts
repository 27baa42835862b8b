import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import { appealAnswerOf, authorMessageOf } from '@watchpost/rules/words/author-message';
import type { PostNotice } from '../notice/notice.ts';

export interface TellAppellantDeps {
  postNotice: PostNotice;
  log: Logger;
}

/** The author hears how the appeal ended, once. */
export async function tellAppellant(
  violation: Violation,
  { postNotice }: Pick<TellAppellantDeps, 'postNotice'>,
  signal: AbortSignal,
): Promise<void> {
  const { member } = violation.message.author;
  const post = appealAnswerOf(violation);
  if (member === null || !post) return;
  const id = `appeal-${violation.id}-${violation.appeal.state}`;
  const to = { platform: platformOf(violation.message.channel), member, about: 'own-message' } as const;
  await postNotice({ id, to, post, sheet: [] }, signal);
}

/** The message to the author says what has become of the appeal, and has no button any more. */
export async function editAuthorMessage(
  violation: Violation,
  { posts }: Pick<ConnectedPlatform, 'posts'>,
  { log }: Pick<TellAppellantDeps, 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { appeal, told } = violation;
  if (appeal.channel === null || told?.state !== 'posted' || told.messageId === null) return;
  try {
    const shown = { channel: appeal.channel, messageId: told.messageId, fileId: null, post: authorMessageOf(violation) };
    await posts.edit(shown, signal);
  } catch (err) {
    if (toAppError(err).retry === 'transient') throw err;
    log.warn({ err, violation: violation.id }, 'could not edit the message to an author');
  }
}
