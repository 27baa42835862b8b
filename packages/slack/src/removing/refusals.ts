import { AppError } from '@watchpost/shared/errors';
import { slackErrorOf, tokenErrors } from '../errors.ts';

/** Something that is removed. */
export type Removed = 'message' | 'file';

/** The token does not work, or not for this: as an error that waits until somebody has repaired it; null: it is about what was to be removed. */
export function tokenFault(error: AppError, what: Removed): AppError | null {
  const code = slackErrorOf(error) ?? '';
  if (!tokenErrors.includes(code)) return null;
  const scope = what === 'message' ? 'chat:write' : 'files:write';
  const why =
    code === 'missing_scope' ? `SLACK_USER_TOKEN lacks the user scope ${scope}` : `Slack does not accept SLACK_USER_TOKEN (${code})`;
  return new AppError('chat-not-authorised', `${why}: install the app again as an owner or admin, and set the new token`, { cause: error });
}

/** Slack's refusals in plain words, with what can be done. */
const words: Record<string, string> = {
  cant_delete_message:
    'the account of SLACK_USER_TOKEN may not delete it. Owners and admins may in channels, but nobody may in direct messages of others',
  cant_delete_file: 'the account of SLACK_USER_TOKEN may not delete it. Owners and admins may',
  delete_not_allowed: 'nobody may delete this kind of file',
  file_deleting_disabled: 'the workspace does not allow files to be deleted',
  compliance_exports_prevent_deletion: 'the workspace keeps all messages for compliance',
  channel_not_found: 'the account of SLACK_USER_TOKEN is not in this channel. Invite it',
  not_in_channel: 'the account of SLACK_USER_TOKEN is not in this channel. Invite it',
  is_archived: 'the channel is archived. Unarchive it',
  is_inactive: 'the channel is archived. Unarchive it',
  ekm_access_denied: 'the organisation has revoked access to what it says',
};

/** Refusals about who asks: the other token may be allowed. */
export const isAboutAuthor = (error: AppError): boolean => ['cant_delete_message', 'cant_delete_file'].includes(slackErrorOf(error) ?? '');

/** Slack says that we may not, or cannot, remove this one. */
export function refusedRemoval(error: AppError, what: Removed, hasUserToken: boolean): AppError {
  const code = slackErrorOf(error) ?? error.code;
  const why = hasUserToken
    ? (words[code] ?? 'it says no more than that')
    : 'SLACK_USER_TOKEN is not set, and without an admin’s token only what the app itself has posted can be removed';
  return new AppError('removal-refused', `Slack refuses to delete the ${what} (${code}): ${why}`, { cause: error });
}
