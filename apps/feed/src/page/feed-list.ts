import type { Feed } from '@watchpost/feeds/feed';
import { escapeHtml } from '../page-client/escape.ts';
import { wordsOf } from '../page-client/words.ts';
import { renderNotice } from './notice.ts';

/** The list of all feeds, for people. In the language of the first one. */
export function renderFeedList(feeds: readonly Feed[], assets: string): string {
  const { language, ...words } = wordsOf(feeds[0]?.language ?? 'en');
  const items = feeds.map(({ slug, headline, language: own, isOpen }) => {
    const closed = isOpen ? '' : `<p>${escapeHtml(wordsOf(own).closed)}</p>`;
    return `<li lang="${escapeHtml(own)}"><a href="feeds/${slug}/page">${escapeHtml(headline)}</a>${closed}</li>`;
  });
  const body = items.length === 0 ? `<p class="notice">${escapeHtml(words.noFeeds)}</p>` : `<ul class="feeds">${items.join('')}</ul>`;
  return renderNotice({ language, title: words.feeds, body, assets });
}
