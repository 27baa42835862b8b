import { feedPageOf } from '@watchpost/feeds/outputs/feed-page';
import { timeInId } from '@watchpost/feeds/time-in-id';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerWith } from '../http/answer.ts';
import { stateOf, type Bodies } from '../http/bodies.ts';
import { originOf } from '../http/origin.ts';
import type { Cursor, LiveFeed, LiveFeeds } from '../live-feed.ts';
import { readCursor } from '../memory/cursor.ts';
import { escapeHtml } from '../page-client/escape.ts';
import { wordsOf } from '../page-client/words.ts';
import type { Assets } from './assets.ts';
import { commonHeaders, feedPolicy, noticePolicy } from './headers.ts';
import { renderNotice } from './notice.ts';
import { renderPage, type ShellOptions } from './shell.ts';

type Form = 'page' | 'embed';
type PageRequest = FastifyRequest<{ Params: { slug: string }; Querystring: Record<string, unknown> }>;

export interface FeedPagesDeps {
  feeds: LiveFeeds;
  bodies: Bodies;
  assets: Assets;
  stopping: AbortSignal;
}

/** How many entries a page shows. */
const pageSize = 50;
/** After this a browser tries again to show a feed that is not ready, seconds. */
const retryS = 3;

export const html = 'text/html; charset=utf-8';

/** The pages of feeds, in both forms. */
export interface FeedPages {
  send(form: Form, request: PageRequest, reply: FastifyReply): Promise<FastifyReply>;
}

export function createFeedPages({ feeds, bodies, assets, stopping }: FeedPagesDeps): FeedPages {
  const render = async (
    form: Form,
    live: LiveFeed,
    before: Cursor | null,
    where: Pick<ShellOptions, 'origin' | 'isEmbeddable'>,
  ): Promise<string> => {
    const { feed } = live;
    const { views, nextBefore, position } = await live.page({ before, since: null, limit: pageSize }, stopping);
    const page = feedPageOf(feed, { entries: [...views], nextBefore, position });
    return renderPage({ form, page, isLive: before === null, assets: `../${assets.path}`, ...where });
  };
  return {
    send: async (form, request, reply) => {
      const { slug } = request.params;
      const live = liveFeed(feeds, slug);
      if (live === 'not-ready' || live === null) return sendNotice(request, reply, live, assets);
      const site = feeds.site();
      const where = { origin: originOf(feeds, request), isEmbeddable: site.corsOrigins.length > 0 };
      const before = cursorIn(request.query);
      reply.headers({ ...commonHeaders, 'content-security-policy': feedPolicy(form, live.feed, site) });
      const body = await bodies.get(`${form} ${slug} ${JSON.stringify([where, before])}`, stateOf(live), async () => ({
        text: await render(form, live, before, where),
        contentType: html,
      }));
      return answerWith(request, reply, { body });
    },
  };
}

function liveFeed(feeds: LiveFeeds, slug: string): LiveFeed | 'not-ready' | null {
  try {
    return feeds.get(slug);
  } catch (error) {
    if (error instanceof AppError && error.retry === 'transient') return 'not-ready';
    throw error;
  }
}

/** `before`: a cursor. `at`: the time of a message, which is the first one then. What is neither is ignored: a link that was cut off still shows the feed. */
function cursorIn({ before, at }: Record<string, unknown>): Cursor | null {
  if (typeof before === 'string') return readCursor(before);
  const atMs = typeof at === 'string' ? timeInId(at) : null;
  return atMs === null ? null : { postedAtMs: atMs + 1, messageId: '0' };
}

/** Says that there is no such feed, or that it is not there yet. */
async function sendNotice(request: FastifyRequest, reply: FastifyReply, why: 'not-ready' | null, assets: Assets): Promise<FastifyReply> {
  const words = wordsOf(request.headers['accept-language']?.split(/[,;]/)[0] ?? 'en');
  const sentence = why === null ? words.notFound : words.starting;
  reply.code(why === null ? 404 : 503).headers({ ...commonHeaders, 'content-security-policy': noticePolicy, 'cache-control': 'no-store' });
  if (why !== null) reply.headers({ 'retry-after': String(retryS), refresh: String(retryS) });
  const body = `<p class="notice"><a href="../../feeds">${escapeHtml(words.feeds)}</a></p>`;
  return reply.type(html).send(renderNotice({ language: words.language, title: sentence, body, assets: `../${assets.path}` }));
}
