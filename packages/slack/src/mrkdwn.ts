import type { RichText } from '@watchpost/shared/chat/rich-text';

/** A message's text in Slack's mrkdwn (docs.slack.dev, formatting message text). */
export function renderMrkdwn(text: RichText): string {
  return text.map((run) => (run.link === undefined ? escapeMrkdwn(run.text) : `<${run.link}|${escapeMrkdwn(run.text)}>`)).join('');
}

/** Escapes Slack's three control characters, so that a name can neither link nor mention. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
