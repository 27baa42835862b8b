import type { LogPosition } from '@watchpost/feeds/feed-store';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyInstance } from 'fastify';
import type { LiveFeeds } from '../live-feed.ts';
import type { Replay } from '../live-feeds.ts';
import { positionText, readPosition } from '../memory/position.ts';
import { eventBlock, idBlock } from '../sse/events.ts';
import type { Readers } from '../sse/readers.ts';
import { feedOf } from './feed-routes.ts';
import { readParameter } from './query.ts';

export interface EventsDeps {
  lives: LiveFeeds & { replay: (slug: string, since: LogPosition | null, newest: LogPosition) => Replay };
  readers: Readers;
  /** All before it is known here. */
  position: () => LogPosition;
  stopping: AbortSignal;
  /** Of all feeds. */
  mostReaders: number;
  /** How often readers hear something, so that proxies do not take a quiet connection for a dead one. Milliseconds. */
  heartbeatMs?: number;
  /** What readers who come back have missed takes no more memory than this on its way to them, bytes; beyond it they begin anew. */
  mostBytesReplayed?: number;
  onFull: () => void;
}

/** When a reader whose connection is lost comes back, milliseconds: not all in the same moment. */
const retry = { atLeastMs: 500, spreadMs: 2_500 };
/** When whoever finds no place tries again, milliseconds. */
const retryFull = { atLeastMs: 20_000, spreadMs: 20_000 };
/** A reader may know more than this process, which will know it in a moment: it follows the same log. Milliseconds. */
const waitMs = 5_000;
const lookEveryMs = 100;
/** Shorter than the 60 s that most proxies wait. */
const usualHeartbeatMs = 15_000;

const usualBytesReplayed = 67_108_864;
/** Less than this is told always, bytes. */
const usualBytes = 16_384;

const head = (headers: Record<string, unknown>): string =>
  ['HTTP/1.1 200 OK', ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`), '', ''].join('\r\n');

const retryBlock = ({ atLeastMs, spreadMs }: typeof retry): string =>
  `retry: ${String(atLeastMs + Math.floor(Math.random() * spreadMs))}\n\n`;

/** Serves `/feeds/SLUG/events`. An EventSource gives up for ever on anything but 200, so whoever cannot be served now is asked to come back. */
export function registerEvents(app: FastifyInstance, deps: EventsDeps): void {
  const {
    lives,
    readers,
    position,
    stopping,
    mostReaders,
    heartbeatMs = usualHeartbeatMs,
    mostBytesReplayed = usualBytesReplayed,
    onFull,
  } = deps;
  let bytesOnTheWay = 0;
  // It moves the place that a reader of a quiet feed comes back from, too: what is known of the log does not reach back for ever.
  const beat = (): void => {
    for (const { slug } of lives.all()) readers.tell(slug, idBlock(positionText(position())));
  };
  const beating = setInterval(beat, heartbeatMs).unref();
  app.addHook('onClose', async () => clearInterval(beating));
  app.get<{ Params: { slug: string } }>('/feeds/:slug/events', { exposeHeadRoute: false }, async (request, reply) => {
    const { slug } = request.params;
    if (!lives.all().some((feed) => feed.slug === slug)) feedOf(lives, slug);
    const lastId = String(request.headers['last-event-id'] ?? '') || (readParameter(request.query, 'since') ?? '');
    const since = readPosition(lastId);
    const isUnreadable = lastId !== '' && since === null;
    // An answer to an earlier request is still on its way on this connection: what is written past it would come first.
    if (reply.raw.socket === null) throw new AppError('request-malformed', 'follow a feed on a connection of its own');
    const headers = {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      connection: 'close',
      date: new Date().toUTCString(),
    };
    reply.hijack();
    const { socket } = request.raw;
    // The body ends with the connection: what is sent is the same for all readers, without the chunks of HTTP.
    socket.setTimeout(0);
    socket.setNoDelay(true);
    if (stopping.aborted) return void socket.destroy();
    if (readers.count() >= mostReaders) {
      onFull();
      return void socket.end(head(headers) + retryBlock(retryFull));
    }
    socket.write(head(headers) + retryBlock(retry));
    const join = (text: string): void => {
      bytesOnTheWay += text.length;
      socket.write(text, () => (bytesOnTheWay -= text.length));
      readers.add(slug, socket);
    };
    const reset = (): void => join(eventBlock('reset', '{}', null) + idBlock(positionText(position())));
    const replay = (text: string): void => (text.length > usualBytes && bytesOnTheWay > mostBytesReplayed ? reset() : join(text));
    if (isUnreadable) return reset();
    const startedMs = performance.now();
    const look = (): void => {
      if (socket.destroyed) return;
      if (stopping.aborted) return void socket.end();
      const found = lives.replay(slug, since, position());
      if (found === 'reset') return reset();
      if (found !== 'wait') return replay(found.text);
      if (performance.now() - startedMs < waitMs) return void setTimeout(look, lookEveryMs);
      // Not read yet, or a position that never was.
      return since === null ? void socket.end() : reset();
    };
    look();
  });
}
