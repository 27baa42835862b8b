import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ViolationAction } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import { toAppError } from '@watchpost/shared/errors';
import type { Violation } from './violation.ts';
import type { Violations } from './violations.ts';
import { actorRun, stands } from './words/parts.ts';

/** A press below a report or below the message to an author, or what an admin chose in the console. */
export interface Pressed {
  action: ViolationAction;
  /** An actor's id: `slack:U0123`, `console:ada`. */
  by: string;
  /** Where it was pressed. */
  channel: ChannelKey | null;
  atMs: number;
}

/**
 * What a press comes to. `next`: the violation with what was said; null: nothing changes. `isTheirs`: what they pressed for stands, by
 * their own word, so whatever follows from it is done (again).
 */
export interface Decision {
  next: Violation | null;
  isTheirs: boolean;
  text: RichText;
}

const refuse = (text: RichText): Decision => ({ next: null, isTheirs: false, text });

/** Decides about a press by what is known now. Whoever may press it at all was asked before; of `mistake` it is decided here. Pure. */
export function decide(violation: Violation, pressed: Pressed): Decision {
  const { action } = pressed;
  if (action === 'mistake') return appeal(violation, pressed);
  if (action === 'accept' || action === 'reject') return answerAppeal(violation, pressed, action);
  return askForKept(violation, pressed, action === 'put-back' ? 'put-back' : 'delete');
}

/** Decides and writes as one: of two at once the first one counts. Null: the violation is gone. A job for `violation.wanted` is to follow. */
export async function decideAbout(
  id: string,
  pressed: Pressed,
  violations: Pick<Violations, 'update'>,
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

/** With one more change: its job does what follows. */
const changed = (violation: Violation, over: Partial<Violation>): Violation => ({ ...violation, ...over, wanted: violation.wanted + 1 });

function appeal(violation: Violation, { by, channel, atMs }: Pressed): Decision {
  const { author, channel: where } = violation.message;
  if (author.member === null || by !== `${platformOf(where)}:${author.member}`)
    return refuse(say`Only whoever wrote the message can say so.`);
  const thanks = say`The admins are told, and you will hear what they say.`;
  switch (violation.appeal.state) {
    case 'no':
      return { next: changed(violation, { appeal: { state: 'asked', by, atMs, channel } }), isTheirs: true, text: thanks };
    case 'asked':
      return { next: null, isTheirs: true, text: thanks };
    case 'accepted':
      return refuse(say`An admin has agreed already.`);
    case 'rejected':
      return refuse(say`An admin has disagreed already.`);
    default:
      return violation.appeal.state satisfies never;
  }
}

function answerAppeal(violation: Violation, { by, atMs }: Pressed, action: 'accept' | 'reject'): Decision {
  const { state, by: decidedBy } = violation.appeal;
  const wanted = action === 'accept' ? 'accepted' : 'rejected';
  if (state === 'no') return refuse(say`The author has not said that it is a mistake.`);
  if (state !== 'asked') {
    if (state === wanted && decidedBy === by) return { next: null, isTheirs: true, text: appealText(violation) };
    return refuse(decidedBy === null ? say`It has been ${state} already.` : say`${actorRun(decidedBy)} has ${state} it already.`);
  }
  const putsBack = action === 'accept' && !stands(violation) && violation.kept.state === 'kept' && violation.asked === null;
  const next = changed(violation, {
    appeal: { ...violation.appeal, state: wanted, by, atMs },
    ...(putsBack && { asked: { what: 'put-back', by, atMs } }),
  });
  return { next, isTheirs: true, text: appealText(next) };
}

/** What an admin reads who has answered an appeal. */
function appealText(violation: Violation): RichText {
  const { appeal, kept, asked } = violation;
  const { state } = appeal;
  if (state === 'rejected') return say`Rejected. The author is told.`;
  if (kept.state === 'put-back') return say`Accepted. The message was put back, and its author is told.`;
  if (asked?.what === 'put-back') return say`Accepted. The message is being put back, and its author is told.`;
  if (stands(violation)) return say`Accepted. The author is told. The message was not removed.`;
  if (kept.state === 'kept' && !asked)
    return say`Accepted, and the author is told. The message could not be put back: it stays in quarantine.`;
  return say`Accepted. The author is told. The message is not kept, so it cannot be put back.`;
}

function askForKept(violation: Violation, { by, atMs }: Pressed, what: 'put-back' | 'delete'): Decision {
  const { kept, asked } = violation;
  if (what === 'put-back' && kept.state === 'kept' && stands(violation))
    return refuse(say`It was not removed: there is nothing to put back.`);
  const text = what === 'put-back' ? say`The message is being put back.` : say`The original is being deleted.`;
  if (asked) {
    if (asked.what === what && asked.by === by) return { next: null, isTheirs: true, text };
    return refuse(say`${actorRun(asked.by)} has already asked to have it ${pastOf[asked.what]}.`);
  }
  if (kept.state === 'no') return refuse(say`Nothing of this message is kept.`);
  if (kept.state === 'kept') return { next: changed(violation, { asked: { what, by, atMs } }), isTheirs: true, text };
  const done = pastOf[kept.state];
  if (kept.by === by && done === pastOf[what]) return { next: null, isTheirs: true, text };
  return refuse(kept.by === null ? say`It has been ${done} already.` : say`${actorRun(kept.by)} had it ${done} already.`);
}

const pastOf = { 'put-back': 'put back', delete: 'deleted', deleted: 'deleted' } as const;
