import { platformOf } from '@watchpost/shared/chat/chat';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { decideAbout, type Pressed } from '@watchpost/rules/decide';
import type { Violation } from '@watchpost/rules/violation';
import { editAuthorMessage, tellAppellant } from '../../telling/tell-appellant.ts';
import type { Asker } from '../deps.ts';
import type { RuleDeedDeps } from './deps.ts';
import { mayNotAdminister } from './may-administer.ts';

type Moderate = Extract<Deed, { do: 'moderate' }>;

/**
 * Does what somebody pressed below the report of a violation, or below the message to its author, and resolves to the answer. Of two at
 * once the first one counts. What follows is done by the violation's next job. A retry finds its own word, and goes on.
 */
export async function moderate(
  job: InteractionJob,
  { target }: Moderate,
  asker: Asker,
  deps: RuleDeedDeps,
  signal: AbortSignal,
): Promise<RichText> {
  // Whoever wrote a message may say that it is a mistake; decide() looks at that.
  const refused = target.action === 'mistake' ? null : await mayNotAdminister(asker, signal);
  if (refused) return refused;
  const stored = await deps.violations.get(target.violation, signal);
  if (!stored || platformOf(stored.violation.message.channel) !== asker.name) return tooOld;
  const pressed: Pressed = { action: target.action, by: asker.actor.id, channel: job.by.channel, atMs: job.atMs };
  const made = await decideAbout(target.violation, pressed, deps.violations, signal);
  if (!made) return tooOld;
  if (made.decision.next)
    deps.log.info({ violation: target.violation, action: target.action, by: pressed.by }, 'somebody decided about a violation');
  if (made.decision.isTheirs) await follow(made.violation, pressed, asker, deps, signal);
  return made.decision.text;
}

const tooOld = say`This is too long ago: nothing is known about it any more.`;

/** Everything that follows; each of it may be done again. */
async function follow(violation: Violation, { action }: Pressed, asker: Asker, deps: RuleDeedDeps, signal: AbortSignal): Promise<void> {
  const { sender, sendTimeoutMs } = deps;
  await sender.send({ v: 1, kind: 'violation', violationId: violation.id, wanted: violation.wanted }, { timeoutMs: sendTimeoutMs });
  if (action === 'put-back' || action === 'delete-kept') return;
  await tellAppellant(violation, deps, signal);
  await editAuthorMessage(violation, asker.platform, deps, signal);
}
