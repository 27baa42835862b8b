import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { fromSlackError } from '@watchpost/slack/errors';

const platformError = (error: unknown) => fromSlackError('files.info', new WebAPIPlatformError({ ok: false, error } as never));

describe('Slack’s error', () => {
  it.each([
    // For a person to repair: the token, the app, or what the workspace allows.
    ...[
      ...['not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'not_allowed_token_type', 'missing_scope'],
      ...['team_access_not_granted', 'two_factor_setup_required', 'enterprise_is_restricted', 'ekm_access_denied', 'accesslimited'],
      ...['file_uploads_disabled', 'file_uploads_except_images_disabled', 'file_type_not_allowed', 'file_upload_size_restricted'],
      'storage_limit_reached',
    ].map((error) => [error, 'chat-not-authorised', 'repairable']),
    // The channel.
    ...[
      ...['not_in_channel', 'channel_not_found', 'invalid_channel', 'channel_is_limited_access', 'is_archived'],
      ...['posting_to_channel_denied', 'restricted_action', 'no_permission', 'access_denied'],
    ].map((error) => [error, 'channel-not-available', 'repairable']),
    // It may pass.
    ...['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'file_update_failed'].map((error) => [
      error,
      'chat-unavailable',
      'transient',
    ]),
    ...['team_added_to_org', 'org_login_required'].map((error) => [error, 'chat-unavailable', 'transient']),
    ...['ratelimited', 'rate_limited'].map((error) => [error, 'chat-rate-limited', 'transient']),
    // This file.
    ...['file_not_found', 'file_deleted'].map((error) => [error, 'file-gone', 'permanent']),
    ['not_visible', 'file-forbidden', 'permanent'],
    // This call.
    ...[
      ...['message_not_found', 'cant_delete_file', 'delete_not_allowed', 'file_deleting_disabled', 'alt_txt_too_large', 'invalid_blocks'],
      ...['invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'invalid_charset', 'invalid_form_data', 'invalid_post_type'],
      ...['missing_argument', 'missing_post_type', 'method_deprecated', 'deprecated_endpoint', 'channels_limit_exceeded'],
      ...['snippet_too_large', 'unknown_snippet_type', 'unknown_method', 'something_new'],
    ].map((error) => [error, 'chat-refused', 'permanent']),
  ])('%s is %s, %s', (error, code, retry) => {
    const ours = platformError(error);
    expect(ours).toMatchObject({ code, retry });
    expect(ours.message).toContain('files.info');
  });

  it('is in the message', () => {
    expect(platformError('storage_limit_reached').message).toBe('files.info: storage_limit_reached');
  });

  it.each([undefined, null, 7, '', '<html>Sign in</html>', 'two words', 'x'.repeat(81)])('%o is not Slack’s', (error) => {
    expect(platformError(error)).toMatchObject({ code: 'chat-unavailable', message: 'files.info: the response was not Slack’s' });
  });
});

it('takes the wait from a rate limit that comes with status 200', () => {
  const thrown = new WebAPIPlatformError({ ok: false, error: 'ratelimited', response_metadata: { retryAfter: 9 } });
  expect(fromSlackError('files.info', thrown)).toMatchObject({ code: 'chat-rate-limited', retryAfterMs: 9_000 });
});

it.each([400, 401, 403, 404, 407, 408, 413, 425, 500, 503])('takes HTTP %i for a proxy’s, which may pass', (status) => {
  expect(fromSlackError('files.info', new WebAPIHTTPError(status, '', {}, 'secret page'))).toMatchObject({
    code: 'chat-unavailable',
    retry: 'transient',
    message: `files.info: HTTP ${status}`,
  });
});

it('finds our own error again in the client’s', () => {
  const ours = new AppError('chat-rate-limited', 'x', { retryAfterMs: 5 });
  expect(fromSlackError('files.info', new WebAPIRequestError(ours))).toBe(ours);
  expect(fromSlackError('files.info', ours)).toBe(ours);
});
