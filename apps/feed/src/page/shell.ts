import { threadHtml } from '../page-client/entry-html.ts';
import { attributes, escapeHtml } from '../page-client/escape.ts';
import type { ShownPage } from '../page-client/shown.ts';
import { threadsOf } from '../page-client/threads.ts';
import { fill, wordsOf } from '../page-client/words.ts';
import { embedSnippet } from './snippet.ts';

/** What a page is rendered with. */
export interface ShellOptions {
  /** `embed`: the entries alone, to be shown in a frame. */
  form: 'page' | 'embed';
  page: ShownPage;
  /** Whether it shows the newest entries, and so follows the feed. */
  isLive: boolean;
  /** Where the script and the style are. */
  assets: string;
  /** Where readers reach us: `https://live.example.org`. */
  origin: string;
  /** Whether pages of another origin may show it in a frame. */
  isEmbeddable: boolean;
}

type Words = ReturnType<typeof wordsOf>;

/** A whole page of a feed. It is complete without its script, which keeps it up to date. */
export function renderPage(options: ShellOptions): string {
  const { form, page } = options;
  const words = wordsOf(page.feed.language);
  const isEmbed = form === 'embed';
  return (
    `<!doctype html>\n<html${attributes({ lang: page.feed.language, dir: directionOf(page.feed.language) })}>${head(options, words)}` +
    `<body${attributes({ class: page.feed.live_content_html === '' || isEmbed ? form : `${form} beside` })}>` +
    (isEmbed ? '' : `<a class="skip" href="#messages"${own(words, page)}>${escapeHtml(words.toMessages)}</a>${top(page)}`) +
    `<main>${isEmbed ? `<h1 class="unseen-words" id="headline">${escapeHtml(page.feed.headline)}</h1>` : `<div id="live-content">${page.feed.live_content_html}</div>`}` +
    `<section class="column" aria-labelledby="messages"><h2 id="messages" class="unseen-words" tabindex="-1"${own(words, page)}>${escapeHtml(words.messages)}</h2>` +
    `${state(options, words)}${entries(options, words)}</section></main>` +
    foot(options, words) +
    `<button id="unseen" type="button" hidden${own(words, page)}></button>` +
    `<p id="announcements" class="unseen-words" role="status" aria-live="polite"${own(words, page)}></p>` +
    `<script type="application/json" id="state">${stateJson(options)}</script></body></html>`
  );
}

const rightToLeft = new Set(['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);

/** How a language is written. */
const directionOf = (language: string): 'rtl' | null => (rightToLeft.has(new Intl.Locale(language).maximize().script ?? '') ? 'rtl' : null);

/** Our own words may be in another language than the feed. */
const own = (words: Words, { feed }: ShownPage): string =>
  words.language === feed.language ? '' : attributes({ lang: words.language, dir: 'ltr' });

function head({ form, page, assets, origin, isLive }: ShellOptions, words: Words): string {
  const { feed } = page;
  const plain = feed.description_html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('"', '&quot;');
  const summary = plain || escapeHtml(fill(words.summary, { headline: feed.headline }));
  const address = `${origin}/feeds/${feed.slug}/page`;
  const isIndexed = form === 'page' && isLive;
  return (
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">` +
    `<title>${escapeHtml(feed.headline)}</title><meta name="description" content="${summary}">` +
    `<meta property="og:type" content="website"><meta${attributes({ property: 'og:title', content: feed.headline })}><meta property="og:description" content="${summary}">` +
    (isIndexed ? '' : `<meta name="robots" content="noindex">`) +
    `<link${attributes({ rel: 'canonical', href: address })}>` +
    `<link${attributes({ rel: 'alternate', type: 'application/atom+xml', title: feed.headline, href: 'atom.xml' })}>` +
    `<link${attributes({ rel: 'alternate', type: 'application/feed+json', title: feed.headline, href: 'feed.json' })}>` +
    `<link${attributes({ rel: 'icon', type: 'image/svg+xml', href: `${assets}icon.svg` })}>` +
    `<link${attributes({ rel: 'stylesheet', href: `${assets}feed.css` })}>` +
    // In a frame, links leave the frame alone.
    (form === 'embed' ? '<base target="_blank">' : '') +
    `<script type="module"${attributes({ src: `${assets}client.js` })}></script></head>`
  );
}

const top = ({ feed }: ShownPage): string =>
  `<header class="top"><h1 id="headline" dir="auto">${escapeHtml(feed.headline)}</h1><div id="description" dir="auto">${feed.description_html}</div></header>`;

/** How up to date the page is. Its script says here whether it is live. */
function state({ page, isLive }: ShellOptions, words: Words): string {
  if (!isLive) {
    return `<p class="state"${own(words, page)}><a href="?" target="_self">↑ ${escapeHtml(words.newest)}</a></p>`;
  }
  const { is_open: isOpen } = page.feed;
  const now = attributes({ id: 'state-words', class: isOpen ? 'by-hand' : 'closed' });
  return `<p class="state"${own(words, page)}><span${now}>${escapeHtml(isOpen ? words.reload : words.closed)}</span></p>`;
}

function entries({ page, isLive }: ShellOptions, words: Words): string {
  const { feed, next_before: before } = page;
  const clock = { language: feed.language, timeZone: feed.time_zone, words };
  const empty = isLive ? (feed.is_open ? words.empty : words.emptyClosed) : words.emptyOlder;
  const threads = threadsOf(page.entries).map((thread) => threadHtml(thread, clock));
  const older = {
    id: 'older',
    href: before === null ? null : `?before=${encodeURIComponent(before)}`,
    target: '_self',
    hidden: before === null,
  };
  return (
    `<p${attributes({ id: 'empty', hidden: threads.length > 0 })}${own(words, page)}>${escapeHtml(empty)}</p>` +
    `<ol id="entries">${threads.join('')}</ol>` +
    `<p class="older"${own(words, page)}><a${attributes(older)}>${escapeHtml(words.older)} ↓</a></p>`
  );
}

function foot({ form, page, origin, isEmbeddable }: ShellOptions, words: Words): string {
  const { feed } = page;
  if (form === 'embed') return `<footer${own(words, page)}><a href="page">${escapeHtml(words.wholePage)}</a></footer>`;
  // Browsers would refuse the frame anywhere else.
  const embed =
    `<details><summary>${escapeHtml(words.embed)}</summary><p>${escapeHtml(words.embedHow)}</p>` +
    `<pre><code>${escapeHtml(embedSnippet(origin, feed))}</code></pre></details>`;
  return (
    `<footer${own(words, page)}><p>${escapeHtml(words.follow)} <a href="atom.xml">Atom</a> <a href="feed.json">JSON Feed</a></p>` +
    `${isEmbeddable ? embed : ''}</footer>`
  );
}

/** What the script goes on from. Text of entries is for announcements of new ones only. */
function stateJson({ page, isLive }: ShellOptions): string {
  const shown = page.entries.map(({ id, ts, html, posted_at, is_edited, user, thread_id, is_broadcast, pictures }) => ({
    id,
    ts,
    html,
    text: '',
    posted_at,
    is_edited,
    user: { id: user.id, display_name: user.display_name, title: user.title, image_48: user.image_48 },
    thread_id,
    is_broadcast,
    pictures,
  }));
  return JSON.stringify({ page: { ...page, entries: shown }, isLive }).replaceAll('<', String.raw`\u003c`);
}
