import { slackUrl } from '@watchpost/slack/slack-url';
import { describe, expect, it } from 'vitest';

describe('an address in an answer of Slack’s', () => {
  it('may have letters such as ü, however many were read', () => {
    const link = 'https://grün.slack.com/archives/ä';
    for (let times = 0; times < 30_000; times += 1) slackUrl.safeParse(link);
    expect(slackUrl.safeParse(link)).toEqual({ success: true, data: link });
  });

  it.each(['', 'slack.com', 'ftp://slack.com/a', 'https://'])('is not %j', (text) => {
    expect(slackUrl.safeParse(text).success).toBe(false);
  });
});
