import { renderMrkdwn } from '@watchpost/slack/mrkdwn';
import { describe, expect, it } from 'vitest';

describe('mrkdwn', () => {
  it('escapes the three control characters, once', () => {
    expect(renderMrkdwn([{ text: '<!channel> & <@U1>' }, { text: ' &amp;' }])).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt; &amp;amp;');
  });

  it('renders a link with its text, and leaves the address as it is', () => {
    expect(renderMrkdwn([{ text: 'see ' }, { text: 'a > b', link: 'https://example.slack.com/p1?a=1&b=2' }])).toBe(
      'see <https://example.slack.com/p1?a=1&b=2|a &gt; b>',
    );
  });
});
