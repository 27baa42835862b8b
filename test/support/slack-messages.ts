import { slackFile } from './signed-slack-request.ts';

/** Slack's ts, so many seconds before the rigs' now. */
export const ts = (secondsAgo: number): string => `${String(1_700_000_000 - secondsAgo)}.000100`;
/** A camera's picture, as a channel's history and events have it. */
export const picture = (secondsAgo: number, id: string, over: Record<string, unknown> = {}) => ({
  type: 'message',
  subtype: 'file_share',
  ts: ts(secondsAgo),
  user: 'U0CAM',
  bot_id: 'B0CAM',
  text: '',
  files: [slackFile({ id })],
  ...over,
});
/** A camera's caption. */
export const caption = (secondsAgo: number, text: string) => ({
  type: 'message',
  ts: ts(secondsAgo),
  user: 'U0CAM',
  bot_id: 'B0CAM',
  text,
});
