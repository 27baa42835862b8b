import { createHash } from 'node:crypto';
import { z } from 'zod';
import { postProgressSchema, type PostProgress } from '@watchpost/shared/chat/posts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { plain, say, section } from '@watchpost/shared/chat/say';
import { requireReady } from '../gallery-ready.ts';
import { whoIsIn, type LookDeps } from './asked-picture.ts';
import type { Asker, DeedDeps } from './deps.ts';
import { mayNot } from './may.ts';
import { answerOf } from './texts.ts';

export interface RecogniseDeps extends DeedDeps, LookDeps {}

type Recognise = Extract<Deed, { do: 'recognise' }>;

const kind = 'asked-picture';
/** Longer than a job may be delivered again, milliseconds. */
const keepMs = 26 * 3_600_000;

/**
 * Says to whoever asked who is in the pictures of a message, and sends each with boxes by direct message. Nothing of it is recorded in
 * the gallery.
 */
export async function recognise(
  job: InteractionJob,
  { files }: Recognise,
  asker: Asker,
  deps: RecogniseDeps,
  signal: AbortSignal,
): Promise<void> {
  requireReady(deps.gallery);
  const refused = await mayNot(asker, 'ask', signal);
  if (refused) return asker.platform.members.tell(job.by, refused, signal);
  const lines: RichText[] = [];
  for (const [index, file] of files.entries()) {
    const title = file.name ?? `picture ${index + 1}`;
    const told = await whoIsIn(file, asker, deps, signal);
    lines.push(say`${{ text: title, bold: true }}: ${told.text}`);
    if (told.draw) await sendPicture({ key: keyOf(job.id, index), title, text: told.text, draw: told.draw }, asker, deps, signal);
  }
  const heading = files.length === 0 ? say`There is no picture in this message.` : [];
  await asker.platform.members.answer(job.by, answerOf(heading, lines), signal);
}

const keyOf = (jobId: string, index: number): string => `${createHash('sha256').update(jobId).digest('hex').slice(0, 24)}-${index}`;

/** Sends a picture with its boxes once, whatever becomes of the job. */
async function sendPicture(
  { key, title, text, draw }: { key: string; title: string; text: RichText; draw: () => Promise<Uint8Array> },
  { platform, member }: Asker,
  { documents }: RecogniseDeps,
  signal: AbortSignal,
): Promise<void> {
  const { document } = await documents.get(kind, key, signal);
  const known = z.object({ progress: postProgressSchema }).safeParse(document?.body);
  let revision = document?.revision ?? 0;
  const save = async (progress: PostProgress): Promise<void> => {
    const { nowMs } = await documents.get(kind, key, signal);
    const put = { kind, id: key, revision, atMs: nowMs, keys: [], expiresAtMs: nowMs + keepMs, body: { progress } };
    revision = (await documents.put(put, signal)).revision;
  };
  const altText = `${title} with faces marked: ${plain(text)}`;
  const post = {
    summary: plain(text),
    picture: { title, altText },
    sections: [section(text)],
    footer: say`Nothing of this picture was kept.`,
  };
  const picture = { bytes: draw, fileName: 'recognised.jpg', title, altText };
  await platform.members.message(member, { key, post, picture, thread: null, progress: known.data?.progress ?? null }, save, signal);
}
