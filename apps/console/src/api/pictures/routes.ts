import type { SightedFace } from '@watchpost/gallery/gallery';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { AppError } from '@watchpost/shared/errors';
import { snapshotIdSchema } from '@watchpost/shared/jobs/snapshot-job';
import { sniff } from '@watchpost/shared/sniff';
import { within } from '@watchpost/shared/wait';
import { createVisits } from '@watchpost/visits/visits';
import { z } from 'zod';
import type { ConsoleApp, ConsoleReply } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorOf } from '../../sign-in/actor.ts';
import { sayAbout } from '../now/say.ts';
import { saidSchema, sayingSchema } from '../now/schema.ts';
import { pictureLimit } from '../../http/picture-limit.ts';
import { createGate } from './gate.ts';
import { createKeptPictures, type KeptPicture } from './kept-pictures.ts';
import { toPictureOfPage } from './picture-page.ts';
import { pictureSchema } from './schema.ts';

const tags = ['Pictures'];
const params = z.object({ id: snapshotIdSchema.max(300) });
const faceParams = params.extend({ position: z.coerce.number().int().min(0).max(10_000) });

/** Of one picture; as large as workers take by default. */
const mostBytes = 33_554_432;
/** For the platform to answer, milliseconds. */
const downloadMs = 15_000;
/** Pictures are kept in memory for a minute, and so many bytes of them. */
const kept = { keepMs: 60_000, maxBytes: 67_108_864 };

/** Downloads at a time, each of which takes `mostBytes` of memory at most, and how many wait for their turn. */
const downloads = { atATime: 4, waiting: 40 };

/** What browsers show. */
const contentTypes: Partial<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
};

/** What the page of one snapshot asks for, and the pictures of faces that all pages show. */
export function registerPictures(app: ConsoleApp, deps: ConsoleDeps): void {
  registerPicture(app, deps);
  registerImage(app, deps);
  registerFaces(app, deps);
}

function registerPicture(app: ConsoleApp, { database, cameras, config, shownTo }: ConsoleDeps): void {
  app.get(
    '/api/pictures/:id',
    {
      schema: { summary: 'A snapshot: its faces, and why each decision fell', tags, params, response: { 200: pictureSchema } },
    },
    async (request) => {
      const { id } = request.params;
      const { ending: signal } = request;
      const { gallery, documents } = await shownTo(request);
      const record = await recordOf(database, id, signal);
      const [faces, visit] = await Promise.all([
        explained(gallery, id, signal),
        createVisits(documents).ofSnapshot({ ...record.job, snapshotId: id }, signal),
      ]);
      const { strangersNamedOneIn } = cameras.settingsOf(record.job.channel, record.job.camera);
      const risk = strangersNamedOneIn ?? config.STRANGERS_NAMED_ONE_IN;
      return toPictureOfPage(id, { record, faces, visitId: visit?.id ?? null, strangersNamedOneIn: risk });
    },
  );

  app.post(
    '/api/pictures/:id/faces/:position/say',
    {
      config: { role: 'editor' },
      schema: { summary: 'Says whose a face is, or is not', tags, params: faceParams, body: sayingSchema, response: { 200: saidSchema } },
    },
    async (request) => {
      const { ending: signal } = request;
      const { gallery, operations, questions } = database.parts();
      const { id, position } = request.params;
      const face = (await gallery.explain(id, signal))[position];
      if (!face) throw new AppError('change-refused', 'the picture has no such face');
      const personId = face.decision === 'uncertain' && face.saidBy === null ? null : (face.person?.id ?? null);
      const subject = { faces: [{ snapshotId: id, position }], called: `Face ${String(position + 1)}`, personId };
      return sayAbout(subject, request.body, actorOf(request), { gallery, operations, questions }, signal);
    },
  );
}

function registerImage(app: ConsoleApp, { database, platformFor, stopping, now }: ConsoleDeps): void {
  const pictures = createKeptPictures({ ...kept, now });
  const gate = createGate(downloads);

  const download = async ({ job }: SnapshotRecord): Promise<KeptPicture> => {
    const platform = platformFor(job.channel);
    if (!platform)
      throw new AppError('file-gone', 'the chat platform of this picture is not configured here: the console has no token for it');
    const signal = within(stopping, downloadMs);
    const get = (source: 'original' | 'thumbnail') => platform.chat.download(job.file, { maxBytes: mostBytes, source }, signal);
    const original = await get('original');
    // Browsers do not show HEIC: the platform's thumbnail is what the worker looked at, too.
    const bytes = sniff(original) === 'heic' ? await get('thumbnail') : original;
    const contentType = contentTypes[sniff(bytes) ?? ''];
    if (contentType === undefined) throw new AppError('image-format-unsupported', 'the file is no picture that browsers show');
    return { bytes, contentType };
  };

  app.get(
    '/api/pictures/:id/image',
    { schema: { summary: 'The snapshot itself, as the platform has it', tags, params, produces: ['image/*'] } },
    async ({ params: { id }, ending }, reply) => {
      const record = await recordOf(database, id, ending);
      // What is being downloaded already goes on without whoever asked: others may want it, too.
      const picture = await pictures.get(id, (allLeft) => gate.pass(() => download(record), allLeft), ending);
      return send(reply, picture, 600);
    },
  );
}

function registerFaces(app: ConsoleApp, { database }: ConsoleDeps): void {
  const referenceOf = async (
    { id, position, compared }: { id: string; position: number; compared: 'best' | 'second' },
    signal: AbortSignal,
  ) => {
    const { gallery, database: stores } = database.parts();
    const reference = (await explained(gallery, id, signal))[position]?.evidence?.[compared];
    // Of somebody who was forgotten it is still there for some minutes.
    const isKnown = reference ? (await gallery.person(reference.personId, signal)) !== null : false;
    return reference && isKnown ? stores.store.crop(reference.faceId, signal) : null;
  };

  app.get(
    '/api/pictures/:id/faces/:position',
    {
      config: pictureLimit,
      schema: {
        summary: 'The picture of one face, where one is kept; with `or=reference` else that of the reference that it was recognised by',
        tags,
        params: faceParams,
        querystring: z.object({ or: z.literal('reference').optional() }),
        produces: ['image/jpeg'],
      },
    },
    async ({ params: { id, position }, query: { or }, ending: signal }, reply) => {
      const own = await database.parts().questions.crop(id, position, signal);
      return sendFace(reply, own ?? (or === undefined ? null : await referenceOf({ id, position, compared: 'best' }, signal)));
    },
  );

  app.get(
    '/api/pictures/:id/faces/:position/:compared',
    {
      config: pictureLimit,
      schema: {
        summary: 'The picture of the reference that a face was most similar to, or of the second best person’s',
        tags,
        params: faceParams.extend({ compared: z.enum(['best', 'second']) }),
        produces: ['image/jpeg'],
      },
    },
    async ({ params: each, ending }, reply) => sendFace(reply, await referenceOf(each, ending)),
  );
}

async function recordOf(database: ConsoleDeps['database'], id: string, signal: AbortSignal): Promise<SnapshotRecord> {
  const record = await database.parts().records.get(id, signal);
  if (!record) throw new AppError('snapshot-unknown', 'there is no such snapshot: its record has expired, or never was');
  return record;
}

/** Its faces; none where it has none, or they have expired. */
async function explained(
  gallery: { explain: (id: string, signal: AbortSignal) => Promise<SightedFace[]> },
  id: string,
  signal: AbortSignal,
): Promise<SightedFace[]> {
  return gallery.explain(id, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'change-refused') return [];
    throw error;
  });
}

function sendFace(reply: ConsoleReply, jpeg: Uint8Array | null): ConsoleReply {
  if (!jpeg) throw new AppError('snapshot-unknown', 'there is no picture of this face');
  return send(reply, { bytes: jpeg, contentType: 'image/jpeg' }, 60);
}

/** For nobody but the reader; a person who is forgotten goes from the browser's cache soon. */
function send(reply: ConsoleReply, { bytes, contentType }: KeptPicture, seconds: number): ConsoleReply {
  return reply
    .type(contentType)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cache-control', `private, max-age=${String(seconds)}`)
    .send(Buffer.from(bytes));
}
