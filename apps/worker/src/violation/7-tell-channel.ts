import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import { noticeOf } from '@watchpost/rules/words/channel-notice';
import type { Rates } from '../rates.ts';
import { mayPass } from './patience.ts';
import { isOver, neverPosted, progressSaver, save, type StoreDeps } from './store.ts';

export interface TellChannelDeps extends StoreDeps {
  rates: Rates;
  log: Logger;
}

/** More notices in one channel within a minute help nobody. */
const mostAMinute = 10;

/** Says in the channel, in the rule's words, that something was removed; once for each message. */
export async function tellChannel(
  violation: Violation,
  { posts }: Pick<ConnectedPlatform, 'posts'>,
  deps: TellChannelDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { id, message, noticed } = violation;
  const { channel, thread } = message;
  const post = noticeOf(violation);
  if (!post || isOver(noticed)) return violation;
  const write = (now: Violation, progress: Violation['noticed']): Violation => ({ ...now, noticed: progress });
  const giveUp = async (): Promise<Violation> => save(violation, (now) => write(now, neverPosted), deps, signal);
  if (noticed === null && !(await deps.rates.take(`notices-${channel}`, { most: mostAMinute, minutes: 1 }, signal))) return giveUp();
  const saving = progressSaver(violation, { read: (now) => now.noticed, write }, deps, signal);
  try {
    const progress = await posts.send({ channel, key: `notice-${id}`, post, picture: null, thread, progress: noticed }, saving, signal);
    return { ...violation, noticed: progress };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (mayPass(error)) throw error;
    deps.log.warn({ err: error, violation: id, channel }, 'a channel could not be told of a removal');
    return giveUp();
  }
}
