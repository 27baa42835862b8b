import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Violation } from '@watchpost/rules/violation';
import { live } from '@watchpost/rules/findings';
import { reportOf } from '@watchpost/rules/words/report';
import { askCanRemove } from '../ask-can-remove.ts';
import { linkTo } from './link-to.ts';
import { neverPosted, progressSaver, save, type StoreDeps } from './store.ts';
import { takeLine, unreadOnly } from './throttle.ts';

export interface ReportDeps extends StoreDeps {
  documents: DocumentStore;
}

/** Posts the line in the admin channel, or edits it to what is known now; where there were too many of a rule at once, they are only counted. */
export async function report(
  violation: Violation,
  platform: Pick<ConnectedPlatform, 'adminChannel' | 'posts' | 'chat' | 'moderation'>,
  deps: ReportDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { adminChannel: channel, posts } = platform;
  // An appeal must be answered: its line is posted again if somebody has deleted it.
  const isAsked = violation.appeal.state === 'asked';
  const progress = isAsked && violation.report.progress?.state === 'gone' ? null : violation.report.progress;
  if (channel === null || progress?.state === 'gone') return violation;
  if (progress === null && !(await hasLine(violation, deps, signal)))
    return save(violation, (now) => ({ ...now, report: { ...now.report, summarised: true } }), deps, signal);
  const post = reportOf(violation, { link: await linkTo(violation, platform, signal), canRemove: await askCanRemove(platform, signal) });
  const write = (now: Violation, next: Violation['report']['progress']): Violation => ({
    ...now,
    report: { ...now.report, progress: next },
  });
  const saving = progressSaver(violation, { read: (now) => now.report.progress, write }, deps, signal);
  const message = { channel, key: `violation-${violation.id}`, post, picture: null, thread: null, progress };
  const sent = progress?.state === 'posted' ? progress : await posts.send(message, saving, signal);
  // What an earlier attempt sent may say less.
  if (progress === null || sent.messageId === null) return { ...violation, report: { ...violation.report, progress: sent } };
  const shown = { channel, messageId: sent.messageId, fileId: null, post };
  if ((await posts.edit(shown, signal)) === 'edited') return { ...violation, report: { ...violation.report, progress: sent } };
  const gone = await save(violation, (now) => write(now, neverPosted), deps, signal);
  return isAsked ? report(gone, platform, deps, signal) : gone;
}

/** One that its author says is a mistake has a line in any case: the admins must answer. */
async function hasLine(violation: Violation, { documents }: ReportDeps, signal: AbortSignal): Promise<boolean> {
  const { id, report: reported, appeal, findings, message } = violation;
  if (appeal.state === 'asked') return true;
  if (reported.summarised) return false;
  const first = live(findings)[0] ?? findings[0];
  const about = first ? { ruleId: first.ruleId, ruleName: first.ruleName } : unreadOnly;
  return (await takeLine({ ...about, platform: platformOf(message.channel), violationId: id }, documents, signal)) === 'line';
}
