import { platformOf } from '@watchpost/shared/chat/chat';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import { toAppError } from '@watchpost/shared/errors';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { Violation } from '@watchpost/rules/violation';
import { appealAnswerOf, authorMessageOf } from '@watchpost/rules/words/author-message';
import type { Asker } from '../deps.ts';
import { decide, type Decision, type Pressed } from './decide.ts';
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
  const made = await write(target.violation, pressed, deps, signal);
  if (!made) return tooOld;
  if (made.decision.next)
    deps.log.info({ violation: target.violation, action: target.action, by: pressed.by }, 'somebody decided about a violation');
  if (made.decision.isTheirs) await follow(made.violation, pressed, asker, deps, signal);
  return made.decision.text;
}

const tooOld = say`This is too long ago: nothing is known about it any more.`;

/** Decides and writes as one; null: the violation is gone. */
async function write(
  id: string,
  pressed: Pressed,
  { violations }: RuleDeedDeps,
  signal: AbortSignal,
): Promise<{ decision: Decision; violation: Violation } | null> {
  let decision: Decision | null = null;
  try {
    const change = (violation: Violation): Violation => {
      decision = decide(violation, pressed);
      return decision.next ?? violation;
    };
    const { violation } = await violations.update(id, change, signal);
    return decision && { decision, violation };
  } catch (error) {
    if (toAppError(error).code !== 'violation-missing') throw error;
    return null;
  }
}

/** Everything that follows; each of it may be done again. */
async function follow(violation: Violation, { action }: Pressed, asker: Asker, deps: RuleDeedDeps, signal: AbortSignal): Promise<void> {
  const { sender, sendTimeoutMs } = deps;
  await sender.send({ v: 1, kind: 'violation', violationId: violation.id, wanted: violation.wanted }, { timeoutMs: sendTimeoutMs });
  if (action === 'put-back' || action === 'delete-kept') return;
  await tellAuthor(violation, asker, deps, signal);
  await editAuthorMessage(violation, asker, deps, signal);
}

/** The author hears how the appeal ended, once. */
async function tellAuthor(violation: Violation, { name }: Asker, { postNotice }: RuleDeedDeps, signal: AbortSignal): Promise<void> {
  const { member } = violation.message.author;
  const post = appealAnswerOf(violation);
  if (member === null || !post) return;
  const id = `appeal-${violation.id}-${violation.appeal.state}`;
  await postNotice({ id, to: { platform: name, member, about: 'own-message' }, post, sheet: [] }, signal);
}

/** The message to the author says what has become of the appeal, and has no button any more. */
async function editAuthorMessage(violation: Violation, { platform }: Asker, { log }: RuleDeedDeps, signal: AbortSignal): Promise<void> {
  const { appeal, told } = violation;
  if (appeal.channel === null || told?.state !== 'posted' || told.messageId === null) return;
  try {
    const shown = { channel: appeal.channel, messageId: told.messageId, fileId: null, post: authorMessageOf(violation) };
    await platform.posts.edit(shown, signal);
  } catch (err) {
    if (toAppError(err).retry === 'transient') throw err;
    log.warn({ err, violation: violation.id }, 'could not edit the message to an author');
  }
}
