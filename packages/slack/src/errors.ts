import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { rateLimited } from './rate-limit.ts';

/** What Slack says about a token, whatever it was used for. */
export const tokenErrors: readonly string[] = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'team_access_not_granted',
  'two_factor_setup_required',
  'accesslimited',
];

/** Slack's documented error codes of the methods that we call, by ours; all others are `chat-refused`: our own mistakes. */
const slackErrors: [ErrorCode, string[]][] = [
  // A person must see to the token, the app, or what the workspace allows.
  [
    'chat-not-authorised',
    [
      ...tokenErrors,
      'enterprise_is_restricted',
      'ekm_access_denied',
      'file_uploads_disabled',
      'file_uploads_except_images_disabled',
      'file_type_not_allowed',
      'file_upload_size_restricted',
      'storage_limit_reached',
    ],
  ],
  // A person must see to the channel.
  [
    'channel-not-available',
    [
      'not_in_channel',
      'channel_not_found',
      'invalid_channel',
      'channel_is_limited_access',
      'is_archived',
      // The post is in an archived channel.
      'is_inactive',
      'posting_to_channel_denied',
      'restricted_action',
      // "Make sure your app is a member of the conversation."
      'no_permission',
      'access_denied',
    ],
  ],
  ['file-gone', ['file_not_found', 'file_deleted']],
  ['file-forbidden', ['not_visible']],
  ['chat-rate-limited', ['ratelimited', 'rate_limited']],
  [
    'chat-unavailable',
    [
      'internal_error',
      'fatal_error',
      'service_unavailable',
      // Slack got the request without its body, or cut short.
      'request_timeout',
      'file_update_failed',
      'streaming_state_conflict',
      // The workspace is moving to an Enterprise organisation: not available until that is done.
      'team_added_to_org',
      'org_login_required',
    ],
  ],
];

const ours = new Map(slackErrors.flatMap(([code, theirs]) => theirs.map((error): [string, ErrorCode] => [error, code])));

/** Any failure of a WebClient call as an AppError. The message has the method and Slack's error code, never the arguments. */
export function fromSlackError(method: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof WebAPIRequestError && thrown.original instanceof AppError) return thrown.original;
  if (thrown instanceof WebAPIPlatformError) {
    const { error, response_metadata: metadata } = thrown.data;
    if (typeof error !== 'string' || !/^[a-z0-9_.-]{1,80}$/i.test(error))
      return new AppError('chat-unavailable', `${method}: the response was not Slack’s`);
    const code = ours.get(error) ?? 'chat-refused';
    return code === 'chat-rate-limited' ? rateLimited(method, metadata?.retryAfter) : new AppError(code, `${method}: ${error}`);
  }
  // Slack reports its own errors with status 200. Any other status comes from something on the way, such as a proxy, and may pass.
  if (thrown instanceof WebAPIHTTPError) return new AppError('chat-unavailable', `${method}: HTTP ${thrown.statusCode}`);
  return new AppError('chat-unavailable', `${method}: no response`, { cause: thrown });
}

/** Slack's own error code, of an error that Slack refused a call with; null: Slack did not say, or it is no such error. */
export function slackErrorOf(thrown: unknown): string | null {
  if (!(thrown instanceof AppError)) return null;
  return /^[a-z]+\.[a-z.]+: ([a-z0-9_.-]{1,80})$/i.exec(thrown.message)?.[1] ?? null;
}

/** Whether Slack has certainly not done what it was asked for. Without that it may have, or may still do it. */
export function isRefusal(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && (thrown.retry !== 'transient' || thrown.code === 'chat-rate-limited');
}
