import { createHmac } from 'node:crypto';

/** The headers and the body of an event as Slack sends it, signed with `secret` at `nowMs`. */
export function signedSlackRequest(
  body: unknown,
  secret: string,
  nowMs = Date.now(),
): { headers: Record<string, string>; payload: string } {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${payload}`).digest('hex')}`;
  return {
    headers: { 'content-type': 'application/json', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
    payload,
  };
}

/** A form as Slack sends clicks and commands, signed with `secret`. */
export function signedForm(fields: Record<string, string>, secret: string): { headers: Record<string, string>; payload: string } {
  const { headers, payload } = signedSlackRequest(new URLSearchParams(fields).toString(), secret);
  return { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, payload };
}

/** A message event with one PNG, as a camera's bot posts it; `over` replaces fields of the message. */
export function fileShare(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    token: 'verification-token',
    team_id: 'T1',
    api_app_id: 'A0WATCH',
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: 1_700_000_000,
    event: {
      type: 'message',
      subtype: 'file_share',
      channel: 'C0CAMS',
      ts: '1700000000.000100',
      event_ts: '1700000000.000100',
      user: 'U0CAM',
      bot_id: 'B0CAM',
      text: '',
      files: [slackFile()],
      ...over,
    },
  };
}

export function slackFile(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'F1',
    name: '20231114221320.png',
    mimetype: 'image/png',
    filetype: 'png',
    size: 1_234,
    mode: 'hosted',
    url_private: 'https://files.slack.com/files-pri/T1-F1/20231114221320.png',
    url_private_download: 'https://files.slack.com/files-pri/T1-F1/download/20231114221320.png',
    thumb_360: 'https://files.slack.com/files-tmb/T1-F1/360.png',
    thumb_1024: 'https://files.slack.com/files-tmb/T1-F1/1024.png',
    ...over,
  };
}
