import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { atomOf } from '@watchpost/feeds/outputs/atom';
import { viewOf } from '@watchpost/feeds/outputs/view';
import { postedAtMs, sampleContext, sampleEntry, sampleFeed, samplePicture, written } from '../../../support/entry-samples.ts';
import { hostileView } from '../../../support/hostile-places.ts';
import { faultsOf } from '../../../support/html-faults.ts';
import { xssStrings } from '../../../support/xss-strings.ts';

const addresses = {
  page: 'https://live.example.org/feeds/council/page',
  self: 'https://live.example.org/feeds/council/atom.xml?a=1&b',
  nowMs: postedAtMs,
};
const shown = (entry: Parameters<typeof viewOf>[0]) => viewOf(entry, sampleContext())!;

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

/** Reads XML as strictly as XML asks for: the first fault throws. */
function parse(xml: string): Element {
  const document: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [document];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes, uri }) => {
    if (uri !== 'http://www.w3.org/2005/Atom') throw new Error(`${name} is no element of Atom`);
    const values = Object.entries(attributes).map(([key, attribute]) => [key, attribute.value]);
    const element: Element = { name, attributes: Object.fromEntries(values), text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return document.children[0]!;
}

const all = (element: Element, name: string): Element[] => element.children.filter((child) => child.name === name);
const text = (element: Element, name: string): string => all(element, name)[0]!.text;

describe('a feed as Atom', () => {
  it('has what RFC 4287 asks for, and the entries with their pictures', () => {
    const edited = {
      atUs: (postedAtMs + 60_000) * 1_000,
      hash: 'h',
      isEdited: true,
      isApproved: false,
      written: written('Doors <open> & shut.\nNow.'),
    };
    const views = [
      shown(sampleEntry({ seconds: 9, published: edited })),
      shown(sampleEntry({ text: ' ', pictures: [samplePicture(), samplePicture({ state: 'waiting', url: null })] })),
    ];
    const feed = parse(atomOf(sampleFeed({ headline: 'Night & day', language: 'de' }), views, addresses));
    expect(feed.attributes).toMatchObject({ xmlns: 'http://www.w3.org/2005/Atom', 'xml:lang': 'de' });
    expect(text(feed, 'title')).toBe('Night & day');
    expect(text(feed, 'updated')).toBe('2026-11-22T10:01:00.000Z');
    expect(text(all(feed, 'author')[0]!, 'name')).toBe('Night & day');
    expect(all(feed, 'link').map(({ attributes }) => attributes)).toEqual([
      { rel: 'self', type: 'application/atom+xml', href: addresses.self },
      { rel: 'alternate', type: 'text/html', href: addresses.page },
    ]);
    const [first, second, ...rest] = all(feed, 'entry');
    expect(rest).toEqual([]);
    expect(text(first!, 'title')).toBe('Doors <open> & shut.');
    expect(text(first!, 'content')).toBe('<p>Doors &lt;open&gt; &amp; shut.<br>Now.</p>');
    expect([text(first!, 'published'), text(first!, 'updated')]).toEqual(['2026-11-22T10:00:09.000Z', '2026-11-22T10:01:00.000Z']);
    expect(text(all(first!, 'author')[0]!, 'name')).toBe('Ada');
    expect(all(first!, 'link')[0]?.attributes['href']).toBe('https://live.example.org/feeds/council/page#entry-1795341609.000100');
    expect(text(second!, 'title')).toBe('Ada');
    expect(text(second!, 'content').match(/<img [^>]*>/g)).toEqual([
      '<img src="https://live.example.org/pictures/3f9a.jpg" alt="The mayor" width="960" height="540">',
    ]);
  });

  it('has ids that never change, and that nothing else has', () => {
    const ids = (more: object, slug = 'council'): string[] => {
      const feed = parse(atomOf(sampleFeed({ slug }), [shown(sampleEntry(more))], { ...addresses, self: 'https://other.example/a' }));
      return [text(feed, 'id'), text(all(feed, 'entry')[0]!, 'id')];
    };
    const [feedId, entryId] = ids({});
    expect(ids({ text: 'Edited', author: null })).toEqual([feedId, entryId]);
    expect(entryId).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
    expect(new Set([feedId, entryId, ids({ seconds: 1 })[1], ids({}, 'sports')[0]]).size).toBe(4);
  });

  it('of no entries is whole, too', () => {
    const feed = parse(atomOf(sampleFeed(), [], addresses));
    expect(text(feed, 'updated')).toBe('2026-11-22T10:00:00.000Z');
    expect(all(feed, 'entry')).toEqual([]);
  });

  it('stays well-formed whatever somebody writes, and its HTML clean', () => {
    for (const string of xssStrings) {
      const feed = parse(
        atomOf(sampleFeed({ headline: string }), [hostileView(string)], {
          ...addresses,
          page: `https://live.example.org/?${string}`,
        }),
      );
      expect(faultsOf(text(all(feed, 'entry')[0]!, 'content'))).toEqual([]);
    }
  });
});
