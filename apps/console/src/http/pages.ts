import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendError } from './errors.ts';

/** The built pages. */
const folder = fileURLToPath(new URL('../../public/', import.meta.url));
const indexFile = path.join(folder, 'index.html');

/** The one page for every address, and its files. A file's name has the hash of its content: browsers keep it; the page itself is asked for anew. */
export function registerPages(app: FastifyInstance): void {
  const index = existsSync(indexFile) ? readFileSync(indexFile) : null;
  if (index !== null) {
    void app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply, file) => {
        const isHashed = file.startsWith(path.join(folder, 'assets') + path.sep);
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    if (request.url.startsWith('/api/')) return sendError(reply, 404, 'route-unknown', 'there is no such route in the API');
    // An address with a dot is a file's, such as one of a former release: a page in its place would only confuse.
    const isPage = request.method === 'GET' && !/\.\w+$/.test(request.url.split('?')[0] ?? '');
    // Browsers could not read it either. They take an address that begins with two slashes for another host's.
    if (isPage && request.originalUrl !== request.url) return reply.redirect(`/${request.url.replace(/^[/\\]+/, '')}`);
    if (!isPage || index === null) return sendError(reply, 404, 'route-unknown', index === null ? 'the pages are not built' : 'not found');
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index);
  });
}
