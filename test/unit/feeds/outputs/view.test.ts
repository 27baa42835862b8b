import { describe, expect, it } from 'vitest';
import type { Entry } from '@watchpost/feeds/entry';
import { entryViewSchema, hiddenBecause, type HiddenReason, type ViewContext, viewOf } from '@watchpost/feeds/outputs/view';
import { postedAtMs, sampleContext, sampleEntry, sampleFeed, sampleNames, samplePicture, written } from '../../../support/entry-samples.ts';

const editorial = { text: null, isHidden: false, approvedAtUs: null, by: 'U9', atMs: postedAtMs };
const shown = (more: Partial<Entry['published'] & object> = {}): Entry['published'] => ({
  atUs: postedAtMs * 1_000,
  hash: 'h',
  isEdited: false,
  isApproved: false,
  written: written('Doors open.'),
  ...more,
});
const approval = { emoji: ['white_check_mark'], by: 'everyone' as const, edits: 'hold' as const };
const parent = sampleEntry({ messageId: '1795341600.000100' });
const reply = (more: Partial<Entry> = {}): Entry => sampleEntry({ seconds: 5, thread: parent.messageId, ...more });

describe('an entry as readers get it', () => {
  it('has what it says, who says it, and its pictures', () => {
    const entry = sampleEntry({
      published: shown({ isEdited: true, isApproved: true, atUs: (postedAtMs + 30_000) * 1_000 + 123 }),
      pictures: [
        samplePicture(),
        samplePicture({ state: 'waiting', url: null, name: null, mimeType: null, sizeBytes: null, altText: null }),
      ],
    });
    const view = viewOf(entry, sampleContext({ baseUrl: 'https://live.example.org', others: [reply({ thread: entry.messageId })] }));
    expect(view).toEqual({
      id: `council.${entry.messageId}`,
      ts: entry.messageId,
      html: '<p>Doors open.</p>',
      text: 'Doors open.',
      posted_at: '2026-11-22T10:00:00.000Z',
      edited_at: '2026-11-22T10:00:30.000Z',
      is_edited: true,
      is_approved: true,
      is_overridden: false,
      user: {
        id: 'U01ADA',
        display_name: 'Ada',
        title: 'City reporter',
        image_48: '/pictures/ada.png',
        is_bot: false,
      },
      thread_id: null,
      is_broadcast: false,
      reply_count: 1,
      pictures: [
        {
          state: 'there',
          url: 'https://live.example.org/pictures/3f9a.jpg',
          width: 960,
          height: 540,
          alt: 'The mayor',
          mime_type: 'image/jpeg',
          size_bytes: 81_234,
        },
        { state: 'waiting', url: null, width: 960, height: 540, alt: '', mime_type: null, size_bytes: null },
      ],
    });
    expect(entryViewSchema.parse(view)).toEqual(view);
  });

  it("has an editor's text in place of the author's, and says so", () => {
    const view = viewOf(
      sampleEntry({ text: 'Teh mayor', editorial: { ...editorial, text: 'The <mayor>\nhttps://example.org' } }),
      sampleContext(),
    );
    expect(view).toMatchObject({ is_overridden: true, is_edited: false, text: 'The <mayor>\nhttps://example.org' });
    expect(view?.html).toBe(
      '<p>The &lt;mayor&gt;<br><a href="https://example.org/" rel="noopener noreferrer nofollow ugc" target="_blank">https://example.org</a></p>',
    );
    expect(JSON.stringify(view)).not.toContain('Teh');
  });

  it.each<[string, Entry['author'], ViewContext['profile'], Record<string, unknown>]>([
    [
      'a bot',
      { member: null, bot: 'B1', app: 'A1' },
      (id) => (id === 'B1' ? { displayName: 'Wire', realName: '', title: '', picture: null, isBot: true } : null),
      { id: 'B1', display_name: 'Wire', image_48: null, is_bot: true },
    ],
    [
      'a bot of which nothing is known yet',
      { member: null, bot: 'B1', app: null },
      () => null,
      { id: 'B1', display_name: 'Council night', is_bot: true },
    ],
    [
      'a member of whom nothing is known yet',
      { member: 'U01ADA', bot: null, app: null },
      () => null,
      { id: 'U01ADA', display_name: 'Ada', title: '', is_bot: false },
    ],
    ['nobody', null, () => null, { id: null, display_name: 'Council night', image_48: null }],
  ])('is written by %s', (_, author, profile, user) => {
    expect(viewOf(sampleEntry({ author }), sampleContext({ profile }))?.user).toMatchObject(user);
  });

  it('leaves out pictures that failed, and all where the feed has none', () => {
    const entry = sampleEntry({ pictures: [samplePicture({ state: 'failed', url: null }), samplePicture()] });
    expect(viewOf(entry, sampleContext())?.pictures).toHaveLength(1);
    expect(viewOf(entry, sampleContext({ feed: sampleFeed({ pictures: null }) }))?.pictures).toEqual([]);
  });

  it('leaves out pictures that an edit took away, though they are not gone from where they were brought to', () => {
    const entry = sampleEntry({ pictures: [samplePicture()] });
    const edited = { ...entry, pictures: [...entry.pictures, samplePicture({ fileId: 'F2', url: '/pictures/secret.jpg' })] };
    expect(viewOf(edited, sampleContext())?.pictures.map(({ url }) => url)).toEqual(['/pictures/3f9a.jpg']);
  });

  it('keeps the address of a picture that another server has, and none that is dangerous', () => {
    const pictures = ['https://cdn.example/a.jpg', '//evil.example/a.jpg', 'javascript:alert(1)'].map((url) => samplePicture({ url }));
    const view = viewOf(sampleEntry({ pictures }), sampleContext({ baseUrl: 'https://live.example.org' }));
    expect(view?.pictures.map(({ state, url }) => `${state} ${url}`)).toEqual([
      'there https://cdn.example/a.jpg',
      'waiting null',
      'waiting null',
    ]);
  });
});

describe('readers do not see an entry', () => {
  it.each<[string, HiddenReason, Entry, Partial<ViewContext> & { others?: Entry[] }]>([
    ['of another feed', 'other-feed', sampleEntry({ feed: 'sports' }), {}],
    ['of a channel that the feed does not publish any more', 'other-feed', sampleEntry({ channel: 'slack:C02OLD' }), {}],
    ['that has expired', 'expired', sampleEntry(), { nowMs: postedAtMs + 86_400_000 }],
    ['that is deleted', 'deleted', sampleEntry({ deletedAtUs: 1 }), {}],
    ['that is held, off the record, forbidden or broken by a rule', 'not-published', sampleEntry({ published: null }), {}],
    ['that nobody approved, in a feed with approval', 'not-approved', sampleEntry(), { feed: sampleFeed({ approval }) }],
    ['that an editor hid', 'hidden', sampleEntry({ editorial: { ...editorial, isHidden: true } }), {}],
    ['that an editor hid and rewrote', 'hidden', sampleEntry({ editorial: { ...editorial, isHidden: true, text: 'x' } }), {}],
    ['that is a reply, in a feed without', 'threads-off', reply(), { feed: sampleFeed({ threads: 'none' }), others: [parent] }],
    [
      'that is a plain reply, in a feed with broadcasts',
      'threads-off',
      reply(),
      { feed: sampleFeed({ threads: 'broadcasts' }), others: [parent] },
    ],
    ['that replies to a deleted one', 'parent-hidden', reply(), { others: [{ ...parent, deletedAtUs: 1, published: null }] }],
    ['that replies to one that is held', 'parent-hidden', reply({ isBroadcast: true }), { others: [{ ...parent, published: null }] }],
    ['that replies to a hidden one', 'parent-hidden', reply(), { others: [{ ...parent, editorial: { ...editorial, isHidden: true } }] }],
    ['that replies to one of which nothing can be known', 'parent-hidden', reply(), { parent: () => 'unknown' }],
    [
      'that replies to one that has expired, and may have been deleted',
      'parent-hidden',
      reply({ thread: `${postedAtMs / 1_000 - 90_000}.000100` }),
      {},
    ],
    ['with nothing to see', 'empty', sampleEntry({ published: shown({ written: { ...written(), otherFiles: 1 } }) }), {}],
    [
      'whose pictures failed, without text',
      'empty',
      sampleEntry({ published: shown({ written: written() }), pictures: [samplePicture({ state: 'failed' })] }),
      {},
    ],
    ['that an editor emptied', 'empty', sampleEntry({ editorial: { ...editorial, text: ' ' } }), {}],
  ])('%s', (_, reason, entry, more) => {
    const context = sampleContext(more);
    expect(hiddenBecause(entry, context)).toBe(reason);
    expect(viewOf(entry, context)).toBeNull();
  });

  it.each<[string, Entry, Partial<ViewContext> & { others?: Entry[] }]>([
    ['on its last millisecond', sampleEntry(), { nowMs: postedAtMs + 86_400_000 - 1 }],
    ['that is kept for ever', sampleEntry(), { nowMs: 4e12, feed: sampleFeed({ keepMs: Number.POSITIVE_INFINITY }) }],
    ['that is approved', sampleEntry({ published: shown({ isApproved: true }) }), { feed: sampleFeed({ approval }) }],
    ['of a closed feed', sampleEntry(), { feed: sampleFeed({ isOpen: false }) }],
    ['that replies to one that is shown', reply(), { others: [parent] }],
    [
      'that replies to one with nothing but a file',
      reply(),
      { others: [{ ...parent, published: shown({ written: { ...written(), otherFiles: 1 } }) }] },
    ],
    ['that replies to one that never was in the feed', reply(), {}],
    ['that replies to one of which only marks are known', reply(), { others: [{ ...parent, author: null, published: null }] }],
    ['that replies to one of a platform whose ids tell no time', reply({ thread: 'abc' }), {}],
    [
      'that is a broadcast, in a feed with these',
      reply({ isBroadcast: true }),
      { feed: sampleFeed({ threads: 'broadcasts' }), others: [parent] },
    ],
    [
      'with a picture and no text',
      sampleEntry({ published: shown({ written: written() }), pictures: [samplePicture({ state: 'waiting' })] }),
      {},
    ],
  ])('but they do see one %s', (_, entry, more) => expect(viewOf(entry, sampleContext(more))).not.toBeNull());

  it("follows a member's new name, a channel's, and an emoji's", () => {
    const entry = sampleEntry({
      published: shown({ written: written({ type: 'paragraph', inlines: [{ type: 'member', member: 'U01ADA' }] }) }),
    });
    expect(viewOf(entry, sampleContext({ names: sampleNames({ member: () => 'Countess' }) }))?.text).toBe('@Countess');
  });
});
