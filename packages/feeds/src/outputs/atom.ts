import { createHash } from 'node:crypto';
import type { Feed } from '../feed.ts';
import { escaped } from '../render/escape.ts';
import { absolute } from './absolute.ts';
import { anchorOf, changedAt, titleOf } from './headings.ts';
import type { FeedAddresses } from './json-feed.ts';
import { withPictures } from './pictures-html.ts';
import type { EntryView } from './view.ts';

/** An IRI that stays, wherever the feed is served: a UUID (version 8, RFC 9562) of what it names. */
function urn(name: string): string {
  const hex = createHash('sha256').update(`watchpost feed ${name}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const element = (name: string, text: string, attributes = ''): string => `<${name}${attributes}>${escaped(text)}</${name}>`;

function entryXml(view: EntryView, feed: Feed, page: string): string {
  return [
    '<entry>',
    element('id', urn(`${feed.channel} ${view.id}`)),
    element('title', titleOf(view)),
    element('published', view.posted_at),
    element('updated', changedAt(view)),
    `<author>${element('name', view.user.display_name)}</author>`,
    `<link rel="alternate" type="text/html" href="${escaped(`${page}#${anchorOf(view)}`)}"/>`,
    element('content', withPictures(view, { placeholders: false }), ' type="html"'),
    '</entry>',
  ].join('');
}

/** A feed as Atom (RFC 4287). `views`: the newest first. `nowMs`: what stands there as its last change while it is empty. */
export function atomOf(feed: Feed, views: readonly EntryView[], { page, self, nowMs }: FeedAddresses & { nowMs: number }): string {
  const newest = views.reduce((latest, view) => (changedAt(view) > latest ? changedAt(view) : latest), '');
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${escaped(feed.language)}">`,
    element('id', urn(`${feed.channel} ${feed.slug}`)),
    element('title', feed.headline),
    element('updated', newest || new Date(nowMs).toISOString()),
    `<author>${element('name', feed.headline)}</author>`,
    `<link rel="self" type="application/atom+xml" href="${escaped(self)}"/>`,
    `<link rel="alternate" type="text/html" href="${escaped(page)}"/>`,
    ...views.map((view) => entryXml(absolute(view, new URL(self).origin), feed, page)),
    '</feed>\n',
  ].join('\n');
}
