import { describe, expect, it } from 'vitest';
import { allowHosts, parseFileHost, slackFileHosts, type AllowsUrl } from '@watchpost/slack/file-hosts';

const allow = (entries: readonly string[]): AllowsUrl => allowHosts(entries.map((entry) => parseFileHost(entry)!));

describe('allowHosts', () => {
  const slack = allow(slackFileHosts);
  it.each(['https://files.slack.com/files-pri/T1-F1/a.jpg', 'https://a.slack-edge.com/x', 'https://a.b.slack-files.com/x'])(
    'allows %s',
    (url) => {
      expect(slack(new URL(url))).toBe(true);
    },
  );
  it.each([
    'http://files.slack.com/x',
    'https://files.slack.com:8443/x',
    'https://files.slack.com.evil.example/x',
    'https://evil.example/files.slack.com',
    'https://files.slack.com@evil.example/x',
    'https://notslack-edge.com/x',
    'https://slack-edge.com/x',
  ])('refuses %s', (url) => {
    expect(slack(new URL(url))).toBe(false);
  });
  it('takes an origin with its port, and no other port', () => {
    const allows = allow(['http://127.0.0.1:4003']);
    expect(allows(new URL('http://127.0.0.1:4003/x'))).toBe(true);
    expect(allows(new URL('http://127.0.0.1:4004/x'))).toBe(false);
    expect(allows(new URL('https://127.0.0.1:4003/x'))).toBe(false);
  });
  it.each(['ftp://x', 'http://x/path', 'a b', '*'])('does not understand %s', (entry) => {
    expect(parseFileHost(entry)).toBeNull();
  });
});
