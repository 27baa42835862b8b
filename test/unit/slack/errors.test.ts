import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { fromSlackError, isRefusal, slackErrorOf } from '@watchpost/slack/errors';

const platformError = (error: unknown) => fromSlackError('files.info', new WebAPIPlatformError({ ok: false, error } as never));

describe('Slack’s error', () => {
  const table: [code: string, retry: string, theirs: string][] = [
    // For a person to repair: the token, the app, or what the workspace allows.
    ['chat-not-authorised', 'repairable', 'not_authed invalid_auth account_inactive token_revoked token_expired not_allowed_token_type'],
    ['chat-not-authorised', 'repairable', 'missing_scope team_access_not_granted two_factor_setup_required enterprise_is_restricted'],
    ['chat-not-authorised', 'repairable', 'ekm_access_denied accesslimited file_uploads_disabled file_uploads_except_images_disabled'],
    ['chat-not-authorised', 'repairable', 'file_type_not_allowed file_upload_size_restricted storage_limit_reached'],
    // For a person to repair: the channel.
    ['channel-not-available', 'repairable', 'not_in_channel channel_not_found invalid_channel channel_is_limited_access is_archived'],
    ['channel-not-available', 'repairable', 'is_inactive'],
    ['channel-not-available', 'repairable', 'posting_to_channel_denied restricted_action no_permission access_denied'],
    // It may pass.
    ['chat-unavailable', 'transient', 'internal_error fatal_error service_unavailable request_timeout file_update_failed'],
    ['chat-unavailable', 'transient', 'team_added_to_org org_login_required streaming_state_conflict'],
    ['chat-rate-limited', 'transient', 'ratelimited rate_limited'],
    // This file.
    ['file-gone', 'permanent', 'file_not_found file_deleted'],
    ['file-forbidden', 'transient', 'not_visible'],
    // This call.
    ['chat-refused', 'permanent', 'message_not_found cant_delete_file delete_not_allowed file_deleting_disabled alt_txt_too_large'],
    [
      'chat-refused',
      'permanent',
      'invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type',
    ],
    ['chat-refused', 'permanent', 'missing_argument missing_post_type method_deprecated deprecated_endpoint channels_limit_exceeded'],
    ['chat-refused', 'permanent', 'invalid_blocks snippet_too_large unknown_snippet_type unknown_method something_new'],
  ];

  it.each(table.flatMap(([code, retry, theirs]) => theirs.split(' ').map((error) => [error, code, retry])))(
    '%s is %s, %s',
    (error, code, retry) => {
      const ours = platformError(error);
      expect(ours).toMatchObject({ code, retry });
      expect(ours.message).toContain('files.info');
    },
  );

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

describe('Slack’s own code', () => {
  it.each(['message_not_found', 'invalid_blocks', 'is_archived', 'internal_error'])('%s can be told from an error', (error) => {
    expect(slackErrorOf(platformError(error))).toBe(error);
  });

  it.each([
    ['a status', fromSlackError('files.info', new WebAPIHTTPError(500, '', {}, ''))],
    ['no response', fromSlackError('files.info', new Error('x'))],
    ['another error', new Error('files.info: message_not_found')],
    ['our own', new AppError('file-not-ready', 'Slack has not processed the picture yet')],
  ])('is none of %s', (_, error) => expect(slackErrorOf(error)).toBeNull());
});

describe('a refusal', () => {
  it.each(['invalid_blocks', 'not_in_channel', 'token_revoked', 'ratelimited'])('is %s: nothing was done', (error) => {
    expect(isRefusal(platformError(error))).toBe(true);
  });

  it.each([platformError('internal_error'), fromSlackError('chat.postMessage', new Error('x')), new Error('x')])(
    'is not %s: it may have been done',
    (error) => expect(isRefusal(error)).toBe(false),
  );
});
