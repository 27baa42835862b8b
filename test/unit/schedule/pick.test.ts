import { decodePage } from '@watchpost/schedule/pick/decode-page';
import { pick, type Picking } from '@watchpost/schedule/pick/pick';
import { inOwnTime, pickInThread } from '@watchpost/schedule/pick/pick-in-thread';
import { ownTask } from '@watchpost/schedule/pick/thread-time';
import { pause } from '@watchpost/shared/wait';
import { readValue } from '@watchpost/schedule/pick/read-value';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;
const field = (at: string | undefined, over: object = {}) => ({ at, as: 'text' as const, decimal: '.' as const, ...over });
const picking = (over: Partial<Picking>): Picking => ({
  as: 'json',
  content: '',
  url: 'https://example.org/news/',
  items: undefined,
  fields: {},
  most: 50,
  timeZone: 'Europe/Zurich',
  ...over,
});

describe('what is picked', () => {
  it('of JSON: fields of each item, and of a document', () => {
    const content = JSON.stringify({ data: [{ t: ' a  b ', n: '1,5', o: { deep: 1 } }, { t: null }, { x: 1 }] });
    const fields = { t: field('$.t'), n: field('$.n', { as: 'number', decimal: ',' }), o: field('$.o') };
    expect(pick(picking({ content, items: '$.data[*]', fields }))).toEqual([{ t: 'a b', n: 1.5, o: '{"deep":1}' }]);
    expect(pick(picking({ content: '{"v":3}', fields: { v: field('$.v', { as: 'number' }) } }))).toEqual([{ v: 3 }]);
    expect(() => pick(picking({ content: '<html>', fields: {} }))).toThrow('JSON');
  });

  it('of a page: texts, attributes, and addresses in full', () => {
    const content = '<ul><li><a href="../1?a=b&amp;c">One</a><b>x</b></li><li>none</li></ul><script>alert(1)</script>';
    const fields = { title: field('a'), link: field('a', { attribute: 'href' }) };
    expect(pick(picking({ as: 'html', content, items: 'li', fields }))).toEqual([{ title: 'One', link: 'https://example.org/1?a=b&c' }]);
  });

  it('with words that stand apart kept apart, and no scripts', () => {
    const said = '<p>One.</p><p>Two,<br>th<b>ree</b></p><script>alert(1)</script><style>p{}</style>';
    const feed = `<rss version="2.0"><channel><item><description><![CDATA[${said}]]></description><guid>1</guid></item></channel></rss>`;
    expect(pick(picking({ as: 'feed', content: feed }))).toMatchObject([{ text: 'One. Two, three' }]);
    const page = '<table><tr><td>ACME<br>Ltd</td><td>2</td></tr></table><script>x</script>';
    expect(pick(picking({ as: 'html', content: page, items: 'tr', fields: { all: field(undefined), name: field('td') } }))).toEqual([
      { all: 'ACME Ltd 2', name: 'ACME Ltd' },
    ]);
    expect(pick(picking({ as: 'html', content: page, fields: { script: field('script') } }))).toEqual([{ script: 'x' }]);
  });

  it('of JSON whose numbers JavaScript would round: as they are written', () => {
    const content = String.raw`[{"id":12345678901234567890,"t":"n: 12345678901234567890 \" 1"},{"id":-12345678901234567891},{"id":1234567890123456.5}]`;
    expect(pick(picking({ content, items: '$[*]', fields: { id: field('$.id'), t: field('$.t') } }))).toEqual([
      { id: '12345678901234567890', t: 'n: 12345678901234567890 " 1' },
      { id: '-12345678901234567891', t: null },
      { id: '1234567890123456.5', t: null },
    ]);
    const huge = `["${'x'.repeat(2_000_000)}", 12345678901234567890]`;
    expect(pick(picking({ content: huge, fields: { id: field('$[1]', { as: 'number' }) } }))).toEqual([{ id: 12345678901234567000 }]);
  });

  it('of feeds of each kind, without their markup', () => {
    const rss =
      '<rss version="2.0"><channel><item><title>A &amp;amp; B</title><description>&lt;p&gt;x &lt;script&gt;y&lt;/script&gt;&lt;/p&gt;</description><link>https://e.org/1</link><guid>g</guid><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>';
    expect(pick(picking({ as: 'feed', content: rss }))).toEqual([
      {
        title: 'A & B',
        text: expect.stringContaining('x'),
        link: 'https://e.org/1',
        author: null,
        id: 'g',
        date: '2026-11-22T10:00:00.000Z',
      },
    ]);
    const atom =
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i</id><title type="html">a &lt;b&gt;b&lt;/b&gt;</title><link rel="self" href="https://e.org/s"/><link href="https://e.org/2"/><updated>2026-11-22T10:00:00Z</updated><author><name>Ada</name></author></entry></feed>';
    expect(pick(picking({ as: 'feed', content: atom }))).toMatchObject([{ title: 'a b', link: 'https://e.org/2', author: 'Ada', id: 'i' }]);
    const json = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 't',
      items: [{ id: '1', content_text: 'hello', url: 'https://e.org/3' }],
    });
    expect(pick(picking({ as: 'feed', content: json, fields: { said: field('text') } }))).toEqual([{ said: 'hello' }]);
  });

  it.each([
    ["CHF 1'234.50", '.', 1234.5],
    ['1.234,50 €', ',', 1234.5],
    ['−3 %', '.', -3],
    ['12.', '.', 12],
    ['.25', '.', 0.25],
    ['-.5 %', '.', -0.5],
    [',5', ',', 0.5],
    ['5, 10 left', '.', 5],
    ['- 5', '.', -5],
    ['3 - 5', '.', 3],
    ['1 234 567,5', ',', 1_234_567.5],
    ['12,34,567.8', '.', 1_234_567.8],
    ['n/a', '.', null],
    ['1.2.3', '.', null],
  ] as const)('numbers as people write them: %s', (text, decimal, value) => {
    expect(readValue(text, { as: 'number', decimal }, 'UTC')).toBe(value);
  });

  it.each([
    ['22.11.2026 07:30', 'dd.MM.yyyy HH:mm', '2026-11-22T06:30:00.000Z'],
    ['of 1.7.2026', 'dd.MM.yyyy', '2026-06-30T22:00:00.000Z'],
    ['32.13.2026', 'dd.MM.yyyy', null],
    ['31.02.2026', 'dd.MM.yyyy', null],
    ['2026-11-22T07:00:00', undefined, '2026-11-22T06:00:00.000Z'],
    ['2026-07-22 07:00', undefined, '2026-07-22T05:00:00.000Z'],
    ['2026-11-22', undefined, '2026-11-21T23:00:00.000Z'],
    ['2026-02-30', undefined, null],
    ['2026-11-22T07:00:00Z', undefined, '2026-11-22T07:00:00.000Z'],
    ['Sun, 22 Nov 2026 10:00:00 GMT', undefined, '2026-11-22T10:00:00.000Z'],
    ['soon', undefined, null],
  ])('dates: %s', (text, format, value) => {
    expect(readValue(text, { as: 'date', decimal: '.', format }, 'Europe/Zurich')).toBe(value);
  });

  it('decodes what pages say they are', () => {
    expect(decodePage(Buffer.from('Zürich', 'latin1'), 'text/html; charset=ISO-8859-1')).toBe('Zürich');
    expect(decodePage(Buffer.from('<meta charset="windows-1252">ü', 'latin1'), null)).toContain('ü');
    expect(decodePage(Buffer.from('ü'), 'text/html; charset=nonsense')).toBe('ü');
    expect(decodePage(Buffer.from('\uFEFF<p>ü', 'utf16le'), 'text/html; charset=utf-8')).toBe('<p>ü');
  });
});

describe('pages that mean harm', () => {
  it('take no longer than they may, and hold nobody up', async () => {
    let beats = 0;
    const heart = setInterval(() => (beats += 1), 20);
    const content = `${'<div>'.repeat(200_000)}x`;
    const hostile = pickInThread(picking({ as: 'html', content, items: 'div div div div', fields: { t: field('div:has(div)') } }), never, {
      beginMs: 60_000,
      pickMs: 500,
      starvedMs: 60_000,
    });
    await expect(hostile).rejects.toMatchObject({
      code: 'fetch-refused',
      message: 'what was fetched takes too long or too much memory to read',
    });
    clearInterval(heart);
    expect(beats).toBeGreaterThan(10);
  });

  it('are tried again where the machine is too busy to begin', async () => {
    const waits = { beginMs: 1, pickMs: 10_000, starvedMs: 60_000 };
    const picked = pickInThread(picking({ content: '{"v":1.5}', fields: { v: field('$.v') } }), never, waits);
    await expect(picked).rejects.toMatchObject({ code: 'fetch-failed', message: 'this machine is too busy to read what was fetched' });
  });

  // Other systems than Linux cannot say it.
  it.runIf(process.platform === 'linux')(
    'are ended by the time that they work, not by the clock of a machine that has none for them',
    async () => {
      const reply = { kind: 'picked' as const, items: [{ v: 1 }] };
      /** Nothing is worked meanwhile. */
      const waitFor = (looks: number) => {
        let left = looks;
        return async (ms: number) => {
          await pause(ms, never);
          left -= 1;
          return left < 0 ? reply : null;
        };
      };
      const own = { task: ownTask() };
      expect(own.task).toMatch(/^\d+$/);
      const limits = { pickMs: 200, starvedMs: 60_000 };
      expect(await inOwnTime(waitFor(2), own, limits)).toBe(reply);
      await expect(inOwnTime(waitFor(2), own, { ...limits, starvedMs: 100 })).rejects.toMatchObject({ code: 'fetch-failed' });
      const working = async (): Promise<null> => {
        const endMs = performance.now() + 20;
        while (performance.now() < endMs);
        return null;
      };
      await expect(inOwnTime(working, own, limits)).rejects.toMatchObject({ code: 'fetch-refused' });
    },
  );

  it('are ended by the clock where nobody can say how long they work', async () => {
    const waiting = async (ms: number): Promise<null> => {
      await pause(ms, never);
      return null;
    };
    const limits = { pickMs: 200, starvedMs: 60_000 };
    await expect(inOwnTime(waiting, { task: null }, limits)).rejects.toMatchObject({ code: 'fetch-refused' });
  });

  it('expand no entities, and read no files', async () => {
    const bomb = `<!DOCTYPE r [<!ENTITY a "${'x'.repeat(1_000)}">${Array.from({ length: 9 }, (_, index) => `<!ENTITY a${String(index)} "${`&a${index === 0 ? '' : String(index - 1)};`.repeat(10)}">`).join('')}<!ENTITY f SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&a8;&f;</title><guid>1</guid></item></channel></rss>`;
    const items = await pickInThread(picking({ as: 'feed', content: bomb }), never).catch(() => []);
    expect(JSON.stringify(items)).not.toContain('root:');
    expect(JSON.stringify(items).length).toBeLessThan(10_000);
  });

  it('that are something else are refused without quoting them', async () => {
    await expect(pickInThread(picking({ content: 'secret page', fields: { a: field('$') } }), never)).rejects.toMatchObject({
      code: 'fetch-refused',
      message: 'what was fetched cannot be read as json',
    });
  });

  it('are given up when the worker stops', async () => {
    const stop = new AbortController();
    const picked = pickInThread(picking({ content: '[]', fields: { a: field('$') } }), stop.signal);
    stop.abort();
    await expect(picked).rejects.toMatchObject({ code: 'aborted' });
  });
});
