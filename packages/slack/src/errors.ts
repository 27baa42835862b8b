import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';

/** Slack's error codes for which we have one of our own; all others are `chat-refused`. */
const knownErrors: Record<string, ErrorCode> = {
  not_authed: 'chat-not-authorised',
  invalid_auth: 'chat-not-authorised',
  account_inactive: 'chat-not-authorised',
  token_revoked: 'chat-not-authorised',
  token_expired: 'chat-not-authorised',
  missing_scope: 'chat-not-authorised',
  no_permission: 'chat-not-authorised',
  not_in_channel: 'channel-not-available',
  channel_not_found: 'channel-not-available',
  is_archived: 'channel-not-available',
  posting_to_channel_denied: 'channel-not-available',
  file_not_found: 'file-gone',
  file_deleted: 'file-gone',
  ratelimited: 'chat-rate-limited',
  rate_limited: 'chat-rate-limited',
  internal_error: 'chat-unavailable',
  fatal_error: 'chat-unavailable',
  service_unavailable: 'chat-unavailable',
  request_timeout: 'chat-unavailable',
};

/** Any failure of a WebClient call as an AppError. The message has the method and Slack's error code, never the arguments. */
export function fromSlackError(method: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof WebAPIRateLimitedError) {
    return new AppError('chat-rate-limited', `${method}: rate limited`, { cause: thrown, retryAfterMs: thrown.retryAfter * 1_000 });
  }
  if (thrown instanceof WebAPIPlatformError) {
    const slackCode = thrown.data.error;
    // A 200 that is not JSON arrives here with the whole page as its error code.
    if (!/^[a-z0-9_.-]{1,80}$/i.test(slackCode)) return new AppError('chat-unavailable', `${method}: the response was not JSON`);
    const code = knownErrors[slackCode] ?? 'chat-refused';
    return new AppError(code, `${method}: ${slackCode}`, code === 'chat-rate-limited' ? { retryAfterMs: 30_000 } : {});
  }
  if (thrown instanceof WebAPIHTTPError) {
    const code = thrown.statusCode >= 500 || thrown.statusCode === 429 ? 'chat-unavailable' : 'chat-refused';
    return new AppError(code, `${method}: HTTP ${thrown.statusCode}`);
  }
  return new AppError('chat-unavailable', `${method}: no response`, { cause: thrown });
}
