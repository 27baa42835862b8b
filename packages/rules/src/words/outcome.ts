import type { CanRemove } from '@watchpost/shared/chat/moderation';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import type { RuleAction } from '../rule.ts';
import type { Violation } from '../violation.ts';
import { live, strongestOf } from '../findings.ts';
import { actorRun } from './parts.ts';

/** What a rule in dry run would have come to. */
const would: Record<RuleAction, string> = {
  report: 'it would have been reported',
  remove: 'it would have been removed',
  quarantine: 'it would have been removed, with the original in quarantine',
};

/** What was done about a violation, in one or two sentences for admins. `canRemove`: whether watchpost may remove anything at all. Pure. */
export function outcomeOf(violation: Violation, canRemove: CanRemove): RichText {
  const { removal } = violation;
  switch (removal.state) {
    case 'none':
      return notRemoved(violation, canRemove);
    case 'wanted':
      return removal.error === null
        ? say`It is being removed.`
        : say`It could not be removed yet, and is tried again: ${sentence(removal.error)}`;
    case 'removed':
      return say`Removed${keptText(violation)}`;
    case 'gone':
      return say`Somebody else had removed it already${keptText(violation)}`;
    case 'failed':
      return say`${{ text: 'Could not be removed, and is still there:', bold: true }} ${sentence(removal.error ?? 'the reason is not known')}`;
    default:
      return removal.state satisfies never;
  }
}

function notRemoved({ findings }: Violation, canRemove: CanRemove): RichText {
  const action = strongestOf(live(findings));
  if (action === null) {
    const tried = strongestOf(findings);
    return tried === null ? say`Nothing was found in what could be read.` : say`Dry run: ${would[tried]}.`;
  }
  if (action === 'report') return say`Only reported, as the rule says.`;
  if (!canRemove.can) return say`Only reported: ${sentence(canRemove.why)}`;
  if (action === 'quarantine') return say`Only reported: nothing can be kept without QUARANTINE_KEY.`;
  return say`Only reported.`;
}

/** What became of the original. Begins with punctuation. */
function keptText({ kept, asked }: Violation): RichText {
  switch (kept.state) {
    case 'no':
      return say`.`;
    case 'kept':
      if (!asked) return say`, the original is in quarantine.`;
      return asked.what === 'put-back'
        ? say`. It is being put back, as ${actorRun(asked.by)} asked.`
        : say`. The original is being deleted, as ${actorRun(asked.by)} asked.`;
    case 'put-back':
      return kept.by === null ? say`, and put back.` : say`, and put back by ${actorRun(kept.by)}.`;
    case 'deleted':
      return kept.by === null ? say`. The original is no longer kept.` : say`. ${actorRun(kept.by)} deleted the original.`;
    default:
      return kept.state satisfies never;
  }
}

/** With a full stop at its end. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
