import { Readable } from 'node:stream';
import { createFileLinks } from '@watchpost/convert/file-link';
import { createKeptFiles, type KeptFile } from '@watchpost/convert/kept-files';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { BackgroundDatabase } from '../database.ts';
import type { Intake } from '../platforms/platform.ts';
import { contentDisposition, rangeOf } from './headers.ts';

export interface FilesDeps {
  database: BackgroundDatabase;
  messageKeys: readonly [string, ...string[]];
  log: Logger;
  now?: () => number;
}

const paramsSchema = z.object({ id: z.string().max(64), '*': z.string().max(400) });
const querySchema = z.object({ until: z.string().max(20).catch(''), sig: z.string().max(64).catch('') });
/** Of the database, for each piece. Milliseconds. */
const readTimeoutMs = 10_000;

/**
 * Converted files, for whoever has a link that is signed and has not expired. A wrong signature is answered like a file that never was, and
 * before anything is looked up. Null: no database is configured.
 */
export function startFiles({ database, messageKeys, log, now = Date.now }: FilesDeps): Intake | null {
  if (!database.isConfigured) return null;
  const links = createFileLinks(messageKeys);
  const register = (app: FastifyInstance): void => {
    // Not `:name`: what a parameter may be long (100) is less than what a name may be.
    app.get('/files/:id/*', { exposeHeadRoute: true }, async (request, reply) => {
      reply.headers({ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      const params = paramsSchema.safeParse(request.params).data;
      const query = querySchema.safeParse(request.query).data;
      const checked = params && query ? links.check({ id: params.id, ...query }, now()) : 'wrong';
      if (!params || checked === 'wrong') throw new AppError('route-unknown', 'there is no such file');
      if (checked === 'expired') return gone(reply);
      const opened = database.current();
      if (!opened) return notYet(reply);
      const files = createKeptFiles(opened.documents);
      const file = await files.get(params.id, AbortSignal.timeout(readTimeoutMs));
      if (!file) return gone(reply);
      const range = rangeOf(request.headers.range, file.bytes);
      if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
      describe(reply, file, range);
      // An empty body would change the length that was said.
      if (request.method === 'HEAD') return reply.send(Readable.from([]));
      const stop = new AbortController();
      reply.raw.once('close', () => stop.abort());
      const bytes = Readable.from(files.read(file, range ?? { from: 0, to: file.bytes }, stop.signal), { objectMode: false });
      bytes.once('error', (error) => {
        if (!stop.signal.aborted) log.warn({ err: error, file: params.id }, 'a converted file could not be sent to its end');
      });
      return reply.send(bytes);
    });
  };
  return { register, checks: {} };
}

function gone(reply: FastifyReply): FastifyReply {
  return reply.code(410).send({ error: { code: 'file-gone', message: 'this link has expired' } });
}

function notYet(reply: FastifyReply): FastifyReply {
  const error = { code: 'gallery-unavailable', message: 'temporarily unavailable, please try again' };
  return reply.code(503).header('retry-after', '5').send({ error });
}

function describe(reply: FastifyReply, file: KeptFile, range: { from: number; to: number } | null): void {
  const { from, to } = range ?? { from: 0, to: file.bytes };
  if (range) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.bytes}`);
  reply.type(file.mimeType).headers({
    'accept-ranges': 'bytes',
    'content-length': String(to - from),
    'content-disposition': contentDisposition(file.name),
    // Whatever is in it: a browser that shows it runs nothing.
    'content-security-policy': "default-src 'none'; sandbox",
  });
}
