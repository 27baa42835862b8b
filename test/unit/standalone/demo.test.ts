import { visitAt } from '@watchpost/standalone/demo/cast';
import { renderPage } from '@watchpost/standalone/slack/page-html';
import { readable } from '@watchpost/standalone/processes/child-lines';
import { describe, expect, it } from 'vitest';

describe('the cameras of the demonstration', () => {
  it('show one person at first, then up to three, and nobody twice in a picture', () => {
    expect(visitAt(0, Math.random).people).toHaveLength(1);
    for (let index = 0; index < 300; index += 1) {
      const { people } = visitAt(index, Math.random);
      expect(people.length).toBeLessThanOrEqual(3);
      expect(new Set(people).size).toBe(people.length);
    }
  });
});

describe('the page of the emulated Slack', () => {
  const page = (text: string): string =>
    renderPage(
      [
        {
          name: 'c',
          title: 't',
          messages: [{ id: '17.5', author: '<b>', at: new Date(0), text, pictures: [{ path: '/picture/F1', name: '"x"' }] }],
        },
      ],
      'npm run watchpost --',
    );

  it('shows pictures, links to messages on the page itself, and bold names', () => {
    const html = page('*Ada* <http://127.0.0.1:4003/archives/C1/p175|snapshot> <https://x.test/a?b=1&amp;c=2>');
    expect(html).toContain('<img src="/picture/F1" alt="&quot;x&quot;"');
    expect(html).toContain('<b>Ada</b> <a href="#p175">snapshot</a>');
    expect(html).toContain('<a href="https://x.test/a?b=1&amp;c=2">');
    expect(html).toContain('id="p175"');
  });

  it('escapes markup in messages', () => {
    expect(page('<script>alert(1)</script><a href="javascript:1">')).not.toMatch(/<script>alert|<a href="javascript/);
  });
});

describe('a log line for people', () => {
  it('has time, process, level, message and fields', () => {
    const line = JSON.stringify({
      level: 40,
      time: 0,
      pid: 1,
      hostname: 'h',
      name: 'worker',
      job: 'j',
      err: { code: 'file-gone', message: 'gone' },
      msg: 'failed',
    });
    expect(readable('worker', line)).toBe('00:00:00 worker warn failed job=j file-gone: gone');
  });

  it('is left unchanged if it is not a log entry', () => {
    expect(readable('worker', 'Segmentation fault')).toBe('worker: Segmentation fault');
  });
});
