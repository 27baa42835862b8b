import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonFeedOf } from '@watchpost/feeds/outputs/json-feed';
import { viewOf } from '@watchpost/feeds/outputs/view';
import { postedAtMs, sampleContext, sampleEntry, sampleFeed, samplePicture, written } from '../../../support/entry-samples.ts';
import { hostileView } from '../../../support/hostile-places.ts';
import { faultsOf } from '../../../support/html-faults.ts';
import { xssStrings } from '../../../support/xss-strings.ts';

const addresses = { page: 'https://live.example.org/feeds/council/page', self: 'https://live.example.org/feeds/council/feed.json' };

/** jsonfeed.org/version/1.1: what is required, and what the fields that we have must be. */
const jsonFeed = z.strictObject({
  version: z.literal('https://jsonfeed.org/version/1.1'),
  title: z.string().min(1),
  home_page_url: z.url(),
  feed_url: z.url(),
  language: z.string(),
  expired: z.boolean(),
  items: z.array(
    z.strictObject({
      id: z.string().min(1),
      url: z.url(),
      title: z.string().min(1),
      content_html: z.string(),
      content_text: z.string(),
      image: z.string().optional(),
      date_published: z.iso.datetime(),
      date_modified: z.iso.datetime().optional(),
      authors: z.array(z.strictObject({ name: z.string().min(1), avatar: z.string().optional() })),
      attachments: z
        .array(
          z.strictObject({
            url: z.string(),
            mime_type: z.string().min(1),
            title: z.string().optional(),
            size_in_bytes: z.number().int().optional(),
          }),
        )
        .optional(),
      _watchpost: z.strictObject({
        thread_id: z.string().nullable(),
        is_edited: z.boolean(),
        is_approved: z.boolean(),
        is_overridden: z.boolean(),
      }),
    }),
  ),
});

describe('a feed as JSON Feed 1.1', () => {
  it('has its fields', () => {
    const context = sampleContext();
    const edited = {
      atUs: (postedAtMs + 60_000) * 1_000,
      hash: 'h',
      isEdited: true,
      isApproved: true,
      written: written('a'.repeat(100), 'b'),
    };
    const pictures = [
      samplePicture({ state: 'waiting', url: null }),
      samplePicture(),
      samplePicture({ url: '/b.png', mimeType: 'image/png', altText: null, sizeBytes: null }),
    ];
    const views = [sampleEntry({ seconds: 9, published: edited, thread: '1795341600.000100' }), sampleEntry({ pictures })].map((entry) =>
      viewOf(entry, context)!,
    );
    const feed = jsonFeedOf(sampleFeed({ isOpen: false }), views, addresses);
    expect(jsonFeed.parse(feed)).toEqual(feed);
    expect(feed).toMatchObject({
      title: 'Council night',
      home_page_url: addresses.page,
      feed_url: addresses.self,
      language: 'en-GB',
      expired: true,
    });
    const [first, second] = jsonFeed.parse(feed).items;
    expect(first).toEqual({
      id: 'council.1795341609.000100',
      url: `${addresses.page}#entry-1795341609.000100`,
      title: `${'a'.repeat(80)}…`,
      content_html: `<p>${'a'.repeat(100)}</p><p>b</p>`,
      content_text: `${'a'.repeat(100)}\nb`,
      date_published: '2026-11-22T10:00:09.000Z',
      date_modified: '2026-11-22T10:01:00.000Z',
      authors: [{ name: 'Ada', avatar: 'https://live.example.org/pictures/ada.png' }],
      _watchpost: { thread_id: '1795341600.000100', is_edited: true, is_approved: true, is_overridden: false },
    });
    expect(second).toMatchObject({
      image: 'https://live.example.org/pictures/3f9a.jpg',
      attachments: [
        { url: 'https://live.example.org/pictures/3f9a.jpg', mime_type: 'image/jpeg', title: 'The mayor', size_in_bytes: 81_234 },
        { url: 'https://live.example.org/b.png', mime_type: 'image/png' },
      ],
    });
    expect(second?.content_html.match(/<img /g)).toHaveLength(2);
  });

  it.each(xssStrings)('has clean HTML, though somebody writes %j', (string) => {
    const feed = jsonFeedOf(sampleFeed({ headline: string }), [hostileView(string)], addresses);
    expect(jsonFeed.parse(feed).items.flatMap(({ content_html }) => faultsOf(content_html))).toEqual([]);
  });
});
