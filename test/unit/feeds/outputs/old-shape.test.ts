import { describe, expect, it } from 'vitest';
import { absolute } from '@watchpost/feeds/outputs/absolute';
import { jsonpOf } from '@watchpost/feeds/outputs/jsonp';
import { oldShapeOf, oldShapeSchema } from '@watchpost/feeds/outputs/old-shape';
import { placeholderUrl } from '@watchpost/feeds/outputs/pictures-html';
import { viewOf } from '@watchpost/feeds/outputs/view';
import { ada, sampleContext, sampleEntry, sampleFeed, samplePicture } from '../../../support/entry-samples.ts';

const context = sampleContext();
const shown = (...entries: Parameters<typeof viewOf>[0][]) => entries.map((entry) => viewOf(entry, context)!);

describe("the old service's shape", () => {
  it('has its names, and no others', () => {
    const first = sampleEntry({ text: 'First' });
    const views = shown(sampleEntry({ seconds: 9, text: 'Reply', thread: first.messageId }), first);
    const shape = oldShapeOf(sampleFeed({ liveContent: '<p>Video</p>' }), views, 'https://live.example.org');
    expect(shape).toEqual({
      channel: {
        id: 'C01NEWS',
        headline: 'Council night',
        slug: 'council',
        description: '<p>From the town hall.</p>',
        live_content: '<p>Video</p>',
      },
      messages: [
        {
          html: '<p>Reply</p>',
          ts: '1795341609.000100',
          user: { image_48: 'https://live.example.org/pictures/ada.png', display_name: 'Ada', title: 'City reporter' },
          thread_id: '1795341600.000100',
        },
        {
          html: '<p>First</p>',
          ts: '1795341600.000100',
          user: { image_48: 'https://live.example.org/pictures/ada.png', display_name: 'Ada', title: 'City reporter' },
        },
      ],
    });
    expect(oldShapeSchema.parse(shape)).toEqual(shape);
  });

  it('has all pictures in the HTML, with a grey area for one that is on its way', () => {
    const pictures = [
      samplePicture({ altText: 'The "mayor"' }),
      samplePicture({ url: '/pictures/b.png', widthPx: null, heightPx: null, altText: null }),
      samplePicture({ state: 'waiting', url: null, widthPx: null, heightPx: null, altText: null }),
    ];
    expect(oldShapeOf(sampleFeed(), shown(sampleEntry({ pictures })), 'https://live.example.org').messages[0]?.html).toBe(
      '<p>Doors open.</p>' +
        '<p><img src="https://live.example.org/pictures/3f9a.jpg" alt="The &quot;mayor&quot;" width="960" height="540"></p>' +
        '<p><img src="https://live.example.org/pictures/b.png" alt=""></p>' +
        `<p><img src="${placeholderUrl}" alt="" width="480" height="270"></p>`,
    );
  });

  it('has a picture of everybody, and names that do no harm in HTML', () => {
    const view = viewOf(sampleEntry(), {
      ...context,
      profile: () => ({ ...ada, displayName: `<b>Ada "O'Hara"`, title: '<i>R&D', picture: null }),
    })!;
    const user = oldShapeOf(sampleFeed(), [view]).messages[0]?.user;
    expect(user).toMatchObject({ display_name: '‹b›Ada ”O’Hara”', title: '‹i›R&D' });
    expect(user?.image_48).toMatch(/^data:image\/svg\+xml,%3Csvg /);
    expect(view.user.display_name).toBe(`<b>Ada "O'Hara"`);
  });
});

describe('an entry for readers elsewhere', () => {
  it('has whole addresses, and its text as it was', () => {
    const inlines = [
      { type: 'emoji' as const, name: 'parrot', unicode: null },
      { type: 'text' as const, text: ' src="/a"' },
    ];
    const entry = sampleEntry({ text: '', pictures: [samplePicture(), samplePicture({ fileId: 'F2', url: 'https://cdn.example/b.jpg' })] });
    const [view] = shown({
      ...entry,
      published: { ...entry.published!, written: { ...entry.published!.written, blocks: [{ type: 'paragraph', inlines }] } },
    });
    const whole = absolute(view!, 'https://live.example.org');
    expect(whole.html).toContain('<img class="emoji" src="https://live.example.org/pictures/3f9a.gif" ');
    expect(whole.html).toContain(' src=&quot;/a&quot;');
    expect(whole.user.image_48).toBe('https://live.example.org/pictures/ada.png');
    expect(whole.pictures.map(({ url }) => url)).toEqual(['https://live.example.org/pictures/3f9a.jpg', 'https://cdn.example/b.jpg']);
  });
});

describe('JSON as a script', () => {
  it('calls the function of the page', () => {
    expect(jsonpOf('site.show$1_', '{"a":"\u2028\u2029"}')).toBe('/**/site.show$1_({"a":"\\u2028\\u2029"});');
  });

  it.each(['', 'a b', 'alert(1)//', 'a;b', 'a\n', "a['b']", '<script>', 'ä', 'a'.repeat(101)])('but not %j', (callback) =>
    expect(jsonpOf(callback, '{}')).toBeNull(),
  );
});
