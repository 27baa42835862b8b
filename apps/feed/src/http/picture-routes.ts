import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LiveFeeds } from '../live-feed.ts';
import { isNotModified } from './conditional.ts';
import { createPictureCache, type PictureCache } from './picture-cache.ts';

export interface PictureRoutesDeps {
  lives: LiveFeeds;
  pictures: PictureCache;
  now: () => number;
  stopping: AbortSignal;
}

/** The names that we give. */
const ours = /^[a-z0-9][a-z0-9.-]{0,159}$/;

/** What a folder may serve, by extension. */
const types = new Map([
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.webp', 'image/webp'],
  ['.gif', 'image/gif'],
  ['.avif', 'image/avif'],
]);
/** Larger ones are not ours. Bytes. */
const mostBytes = 33_554_432;

/** A name stands for its bytes. Caches between us and readers ask again after a minute, so that a removed picture leaves them. */
const caching = 'public, max-age=3600, s-maxage=60, immutable';

const none = (): AppError => new AppError('route-unknown', 'not found');

/** Serves the pictures that are kept in the database, and those of feeds that keep them in a folder. */
export function registerPictures(app: FastifyInstance, { lives, pictures, now, stopping }: PictureRoutesDeps): void {
  // One copy in memory for all readers, however slow they are.
  const files = createPictureCache(readPicture, now);
  const send = (request: FastifyRequest, reply: FastifyReply, name: string, picture: { bytes: Uint8Array; mimeType: string }) => {
    const etag = `"${name}"`;
    reply.headers({
      etag,
      'cache-control': caching,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.headers['if-none-match'] !== undefined && isNotModified(request.headers, { etag, changedAtMs: 0, madeAtMs: 0 }))
      return reply.code(304).send();
    const { bytes, mimeType } = picture;
    return reply.type(mimeType).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  };

  app.get<{ Params: { name: string } }>('/pictures/:name', async (request, reply) => {
    const { name } = request.params;
    if (!ours.test(name)) throw none();
    const picture = await pictures.get(name, stopping);
    if (!picture || ![...types.values()].includes(picture.mimeType)) throw none();
    return send(request, reply, name, picture);
  });

  app.get<{ Params: { slug: string; name: string } }>('/feeds/:slug/pictures/:name', async (request, reply) => {
    const { slug, name } = request.params;
    const destination = lives.all().find((feed) => feed.slug === slug)?.pictures?.destination;
    if (destination?.kind !== 'folder' || destination.publicUrl !== undefined || !ours.test(name)) throw none();
    const picture = await files.get(path.join(destination.path, name), stopping);
    if (!picture) throw none();
    return send(request, reply, name, picture);
  });
}

/** Null: there is no such file, or it is no plain picture. */
async function readPicture(file: string): Promise<{ bytes: Buffer; mimeType: string } | null> {
  const mimeType = types.get(path.extname(file));
  if (!mimeType) return null;
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat().then((stat) => (stat.isFile() ? stat : { size: Infinity }));
      return size > mostBytes ? null : { bytes: await handle.readFile(), mimeType };
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
