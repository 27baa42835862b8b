import type { CanRemove } from '@watchpost/shared/chat/moderation';
import type { Post, PostButton, ViolationAction } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { moment, plain, say } from '@watchpost/shared/chat/say';
import type { Violation } from '../violation.ts';
import { outcomeOf } from './outcome.ts';
import { actorRun, authorRun, channelRun, joined, matchesOf, ruleNames, stands, unreadOf } from './parts.ts';

/** What the report needs beside the violation. */
export interface ReportFacts {
  /** To the message; null: there is none. */
  link: string | null;
  canRemove: CanRemove;
}

/** The report of a violation in the admin channel, as things are now. Holds nothing of what matched but its mask. Pure. */
export function reportOf(violation: Violation, { link, canRemove }: ReportFacts): Post {
  const { findings, unread, message, leftOut } = violation;
  const outcome = outcomeOf(violation, canRemove);
  const what = findings.length > 0 ? ruleNames(findings) : say`${{ text: 'Not everything could be read', bold: true }}`;
  const head = joined([
    what,
    say`${authorRun(violation)} in ${channelRun(violation)}`,
    [moment(message.postedAtMs)],
    ...(link === null ? [] : [[{ text: 'message', link }]]),
  ]);
  const lines = [
    head,
    ...(findings.length > 0 ? [say`Found: ${matchesOf(findings, leftOut?.findings)}`] : []),
    ...(unread.length > 0 ? [say`Could not be read, so nobody knows what is in it: ${unreadOf(unread, leftOut?.unread)}`] : []),
    outcome,
    ...appealLine(violation),
  ];
  return {
    summary: plain(
      findings.length > 0 ? say`${ruleNames(findings)}: ${matchesOf(findings.slice(0, 1))}. ${outcome}` : say`${what}: ${unreadOf(unread)}`,
    ),
    picture: null,
    sections: [{ text: joined(lines, '\n'), buttons: buttonsOf(violation), menu: [] }],
    footer: [],
  };
}

function appealLine({ appeal }: Violation): RichText[] {
  if (appeal.state === 'no') return [];
  if (appeal.state === 'asked') return [say`The author says that this is a mistake.`];
  const by = appeal.by === null ? say`` : say` by ${actorRun(appeal.by)}`;
  return [say`The author said that this is a mistake: ${appeal.state}${by}.`];
}

/** What admins can do about it now. */
function buttonsOf(violation: Violation): PostButton[] {
  const { id, kept, asked, appeal } = violation;
  const button = (label: string, action: ViolationAction, style?: PostButton['style']): PostButton => ({
    label,
    target: { action, violation: id },
    ...(style && { style }),
  });
  const isKept = kept.state === 'kept' && asked === null;
  return [
    ...(appeal.state === 'asked' ? [button('Accept', 'accept', 'primary'), button('Reject', 'reject')] : []),
    ...(isKept && !stands(violation) ? [button('Put back', 'put-back')] : []),
    ...(isKept ? [button('Delete the original', 'delete-kept', 'danger')] : []),
  ];
}
