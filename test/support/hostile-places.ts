import { htmlOf } from '@watchpost/feeds/render/html';
import { oldShapeOf } from '@watchpost/feeds/outputs/old-shape';
import { withPictures } from '@watchpost/feeds/outputs/pictures-html';
import { type EntryView, viewOf } from '@watchpost/feeds/outputs/view';
import type { Block, Inline } from '@watchpost/shared/chat/written';
import { paragraph, sampleContext, sampleEntry, sampleFeed, sampleNames, samplePicture, written } from './entry-samples.ts';

const all = ['bold', 'italic', 'strike', 'underline', 'code'] as const;

const inlines = (text: string): Record<string, Inline> => ({
  text: { type: 'text', text, styles: [...all] },
  'address of a link': { type: 'link', url: text, text: null },
  'address of a link with a label': { type: 'link', url: text, text: 'label' },
  'address behind a good beginning': { type: 'link', url: `https://example.org/${text}`, text: null },
  'label of a link': { type: 'link', url: 'https://example.org/', text },
  'name of a member': { type: 'member', member: 'U1' },
  'name of a channel': { type: 'channel', channel: 'C1' },
  'name of a group': { type: 'group', group: 'S1', name: text },
  'range of a broadcast': { type: 'broadcast', range: text },
  'name of an emoji': { type: 'emoji', name: text, unicode: null },
  'name of an emoji that is a picture': { type: 'emoji', name: `own${text}`, unicode: null },
  'address of an emoji': { type: 'emoji', name: 'hostile', unicode: null },
  emoji: { type: 'emoji', name: 'x', unicode: text },
  'format of a time': { type: 'time', atMs: 0, format: text, fallback: text, url: text },
  'fallback of a time': { type: 'time', atMs: 8.7e15, format: '{time}', fallback: text, url: null },
  colour: { type: 'color', value: text },
});

const blocks = (text: string): Record<string, Block> => ({
  code: { type: 'code', text },
  heading: { type: 'heading', inlines: [{ type: 'text', text }] },
  quote: { type: 'quote', blocks: [paragraph(text)] },
  list: { type: 'list', ordered: true, start: 2, items: [{ inlines: [{ type: 'text', text }], lists: [] }] },
});

/** The view of an entry, hostile wherever somebody could write something. */
export function hostileView(text: string): EntryView {
  const context = sampleContext({
    names: sampleNames({ member: () => text, channel: () => text, pictureUrl: () => text }),
    profile: () => ({ displayName: text, realName: text, title: text, picture: text, isBot: false }),
    feed: sampleFeed({ headline: text, language: 'en' }),
  });
  const editorial = { text, isHidden: false, approvedAtUs: null, by: 'U1', atMs: 0 };
  const pictures = [
    samplePicture({ altText: text, mimeType: text }),
    samplePicture({ url: text, altText: text }),
    samplePicture({ url: null, state: 'waiting', altText: text }),
  ];
  const view = viewOf(sampleEntry({ editorial, pictures }), context);
  if (!view) throw new Error('the entry is not shown');
  return view;
}

/** A string in all places where somebody could write it, as HTML that goes to readers. */
export function hostileHtml(text: string): { where: string; html: string }[] {
  const names = sampleNames({
    member: () => text,
    channel: () => text,
    emoji: (name) => (name === 'hostile' ? { url: text } : name.startsWith('own') ? { url: '/pictures/a.png' } : null),
  });
  const lines = Object.entries(inlines(text)).map(([where, inline]) => ({ where, html: htmlOf(written(paragraph(inline)), names) }));
  const parts = Object.entries(blocks(text)).map(([where, block]) => ({ where, html: htmlOf(written(block), names) }));
  const view = hostileView(text);
  const [old] = oldShapeOf(sampleFeed(), [view], 'https://live.example.org').messages;
  return [
    ...lines,
    ...parts,
    { where: "an editor's text, and pictures", html: withPictures(view, { placeholders: false }) },
    { where: "the old shape's message", html: old?.html ?? '' },
    // Old front ends put names into their HTML as they are, between tags and into attributes.
    { where: "the old shape's names", html: `<span title="${old?.user.display_name}">${old?.user.title}</span>` },
    { where: "the old shape's picture", html: `<img src='${old?.user.image_48}'><img src="${old?.user.image_48}">` },
    { where: "the old shape's names, otherwise quoted", html: `<span title='${old?.user.title}'>${old?.user.display_name}</span>` },
  ];
}
