import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Violation } from '@watchpost/rules/violation';
import { editAuthorMessage, tellAppellant, type TellAppellantDeps } from './tell-appellant.ts';

/** That somebody was told is remembered for a week: later nobody is told once more. Milliseconds. */
const freshMs = 6 * 86_400_000;

export interface AnswerAppealDeps extends TellAppellantDeps {
  now: () => number;
}

/** Tells the author what an admin decided in the console: nobody has pressed anything in the chat, where a press tells the author itself. */
export async function answerAppeal(
  violation: Violation,
  platform: Pick<ConnectedPlatform, 'posts'>,
  deps: AnswerAppealDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { by, atMs } = violation.appeal;
  if (!by?.startsWith('console:') || deps.now() - (atMs ?? 0) > freshMs) return violation;
  await tellAppellant(violation, deps, signal);
  await editAuthorMessage(violation, platform, deps, signal);
  return violation;
}
