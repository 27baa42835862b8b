import type { Feed } from '@watchpost/feeds/feed';
import { atomOf } from '@watchpost/feeds/outputs/atom';
import { feedHeadOf, feedPageOf } from '@watchpost/feeds/outputs/feed-page';
import { jsonFeedOf } from '@watchpost/feeds/outputs/json-feed';
import { jsonpOf } from '@watchpost/feeds/outputs/jsonp';
import { oldShapeOf } from '@watchpost/feeds/outputs/old-shape';
import { channelId } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LiveFeed, LiveFeeds, PageOptions } from '../live-feed.ts';
import type { Pages } from '../page/register-page.ts';
import { answerWith } from './answer.ts';
import { stateOf, type Bodies } from './bodies.ts';
import { vary } from './cors.ts';
import { originOf } from './origin.ts';
import { readPageQuery, readParameter } from './query.ts';

export interface FeedRoutesDeps {
  lives: LiveFeeds;
  bodies: Bodies;
  pages: Pages;
  stopping: AbortSignal;
  now: () => number;
}

/** Of the old shape, which had all messages; and of what feed readers load. */
const mostInOldShape = 1_000;
const inReaders = 50;

const json = 'application/json; charset=utf-8';
const newest = (limit: number): PageOptions => ({ before: null, since: null, limit });

type Request = FastifyRequest<{ Params: { slug: string } }>;

/** The feed of a request. Throws `feed-unknown`. */
export function feedOf(lives: LiveFeeds, slug: string): LiveFeed {
  const live = lives.get(slug);
  if (!live) throw new AppError('feed-unknown', 'there is no such feed');
  return live;
}

/** Registers what readers load: a feed in each shape. */
export function registerFeedRoutes(app: FastifyInstance, { lives, bodies, pages, stopping, now }: FeedRoutesDeps): void {
  /** Sends one shape of a feed. `key`: what else the body depends on. */
  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    live: LiveFeed,
    key: string,
    build: () => Promise<{ text: string; contentType: string }>,
  ): Promise<FastifyReply> => {
    const body = await bodies.get(`${live.feed.slug} ${key}`, stateOf(live), build);
    return answerWith(request, reply, { body });
  };
  const oldShape = async (live: LiveFeed, origin: string): Promise<string> =>
    JSON.stringify(oldShapeOf(live.feed, (await live.page(newest(mostInOldShape), stopping)).views, origin));
  const sendOldShape = async (request: FastifyRequest, reply: FastifyReply, live: LiveFeed): Promise<FastifyReply> => {
    const origin = originOf(lives, request);
    return send(request, reply, live, `old ${origin}`, async () => ({ text: await oldShape(live, origin), contentType: json }));
  };

  app.get('/feeds', async (request, reply) => {
    vary(reply, 'Accept');
    if (pages.wants(request)) return pages.sendList(request, reply);
    const text = JSON.stringify({ feeds: lives.all().map(feedHeadOf) });
    const body = await bodies.get(`/ ${text}`, { version: 0, changedAtMs: now() }, async () => ({ text, contentType: json }));
    return answerWith(request, reply, { body });
  });
  app.get<{ Params: { slug: string } }>('/feeds/:slug', async (request: Request, reply) =>
    sendOldShape(request, reply, feedOf(lives, request.params.slug)),
  );
  app.get<{ Params: { slug: string } }>('/feeds/:slug/entries', async (request: Request, reply) => {
    const live = feedOf(lives, request.params.slug);
    const options = readPageQuery(request.query);
    return send(request, reply, live, `entries ${JSON.stringify(options)}`, async () => {
      const { views, nextBefore, position } = await live.page(options, stopping);
      return { text: JSON.stringify(feedPageOf(live.feed, { entries: [...views], nextBefore, position })), contentType: json };
    });
  });
  const addresses = (request: FastifyRequest, { slug }: Feed, file: string) => {
    const feed = `${originOf(lives, request)}/feeds/${slug}`;
    return { page: `${feed}/page`, self: `${feed}/${file}` };
  };
  app.get<{ Params: { slug: string } }>('/feeds/:slug/feed.json', async (request: Request, reply) => {
    const live = feedOf(lives, request.params.slug);
    const at = addresses(request, live.feed, 'feed.json');
    return send(request, reply, live, at.self, async () => {
      const { views } = await live.page(newest(inReaders), stopping);
      return { text: JSON.stringify(jsonFeedOf(live.feed, views, at)), contentType: 'application/feed+json; charset=utf-8' };
    });
  });
  app.get<{ Params: { slug: string } }>('/feeds/:slug/atom.xml', async (request: Request, reply) => {
    const live = feedOf(lives, request.params.slug);
    const at = addresses(request, live.feed, 'atom.xml');
    return send(request, reply, live, at.self, async () => {
      const { views } = await live.page(newest(inReaders), stopping);
      return { text: atomOf(live.feed, views, { ...at, nowMs: live.changedAtMs() }), contentType: 'application/atom+xml; charset=utf-8' };
    });
  });

  /** The feed of a channel, at the paths of the old service. */
  const oldFeed = (channel: string): LiveFeed => {
    if (!lives.site().oldPaths) throw new AppError('route-unknown', 'not found');
    const found = lives.all().find((feed) => channelId(feed.channel) === channel);
    return feedOf(lives, found?.slug ?? '');
  };
  for (const path of ['/api/:channel', '/api/:channel/'])
    app.get<{ Params: { channel: string } }>(path, async (request, reply) => sendOldShape(request, reply, oldFeed(request.params.channel)));
  app.get<{ Params: { channel: string } }>('/json/:channel', async (request, reply) => {
    const live = oldFeed(request.params.channel.replace(/\.jsonp?$/, ''));
    const callback = readParameter(request.query, 'callback') ?? 'callback';
    if (jsonpOf(callback, '') === null) throw new AppError('request-malformed', 'not valid: callback');
    const origin = originOf(lives, request);
    return send(request, reply, live, `jsonp ${callback} ${origin}`, async () => ({
      text: jsonpOf(callback, await oldShape(live, origin)) ?? '',
      contentType: 'text/javascript; charset=utf-8',
    }));
  });
}
