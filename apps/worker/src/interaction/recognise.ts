import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChatFile } from '@watchpost/shared/chat/chat';
import { postProgressSchema, type PostProgress } from '@watchpost/shared/chat/posts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { scaleBox } from '@watchpost/shared/geometry';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { countOf, plain, say, section } from '@watchpost/shared/chat/say';
import type { MatchedFace, ProbeFace } from '@watchpost/gallery/gallery';
import { smallestFacePx, type FaceEngine, type SeenFace } from '@watchpost/see/face-engine';
import { decode } from '@watchpost/see/picture/decode';
import { downloadSnapshot } from '../download-snapshot.ts';
import { requireReady } from '../gallery-ready.ts';
import type { KeptFiles } from '../kept-files.ts';
import { drawFaces } from '../visit/annotate/draw.ts';
import type { FaceLabel } from '../visit/annotate/label.ts';
import { maxResultSidePx } from '../visit/annotate/layout.ts';
import type { Asker, DeedDeps } from './deps.ts';
import { mayNot } from './may.ts';
import { answerOf } from './texts.ts';

export interface RecogniseDeps extends DeedDeps {
  engine: FaceEngine;
  files: KeptFiles;
  maxBytes: number;
  maxPixels: number;
}

type Recognise = Extract<Deed, { do: 'recognise' }>;

/** A face with who it is. */
interface Identified {
  face: SeenFace;
  matched: MatchedFace;
}

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
    const told = await inPicture(file, asker, deps, signal);
    lines.push(say`${{ text: title, bold: true }}: ${told.text}`);
    if (told.draw) await sendPicture({ key: keyOf(job.id, index), title, text: told.text, draw: told.draw }, asker, deps, signal);
  }
  const heading = files.length === 0 ? say`There is no picture in this message.` : [];
  await asker.platform.members.answer(job.by, answerOf(heading, lines), signal);
}

const keyOf = (jobId: string, index: number): string => `${createHash('sha256').update(jobId).digest('hex').slice(0, 24)}-${index}`;

/** Who is in one picture. A picture that cannot be looked at is said to be so; `draw`: null without faces. */
async function inPicture(
  file: ChatFile,
  { platform }: Asker,
  deps: RecogniseDeps,
  signal: AbortSignal,
): Promise<{ text: RichText; draw: (() => Promise<Uint8Array>) | null }> {
  try {
    const bytes = await downloadSnapshot({ snapshotId: `asked-${file.id}`, file }, { ...deps, chat: platform.chat }, signal);
    const seen = await deps.engine.see(bytes, signal);
    const faces = seen.faces.filter(({ sizePx }) => sizePx >= smallestFacePx);
    const matched = await deps.questions.identify(
      faces.map((face) => probeOf(face, deps.engine.modelId)),
      signal,
    );
    const identified = faces.flatMap((face, index) => {
      const answer = matched[index];
      return answer ? [{ face, matched: answer }] : [];
    });
    const inOrder = identified.toSorted((a, b) => a.face.box.x - b.face.box.x);
    const draw = async (): Promise<Uint8Array> => drawn(bytes, inOrder, seen.width, deps.maxPixels);
    return { text: describe(inOrder), draw: inOrder.length > 0 ? draw : null };
  } catch (error) {
    const { retry, message } = toAppError(error);
    if (retry !== 'permanent') throw error;
    return { text: say`cannot be looked at: ${message}`, draw: null };
  }
}

function probeOf({ box, embedding, quality, sizePx }: SeenFace, modelId: string): ProbeFace {
  return { box, embedding, modelId, quality: quality.value, sizePx };
}

/** `1: Ada, 2: not certain, could be Grace, and 2 too far away or unclear`. */
function describe(faces: readonly Identified[]): RichText {
  if (faces.length === 0) return say`no face was found`;
  const told = numbered(faces);
  const others = faces.length - told.length;
  const list = told.flatMap(({ number, matched }, index) => say`${index === 0 ? '' : ', '}${number}: ${nameOf(matched)}`);
  if (others === 0) return list;
  const unclear = say`${countOf(others, 'face')} too far away or too unclear to recognise`;
  return told.length === 0 ? unclear : say`${list}, and ${unclear}`;
}

const numbered = (faces: readonly Identified[]): (Identified & { number: number })[] =>
  faces.filter(({ matched }) => matched.decision !== 'unrecognisable').map((each, index) => ({ ...each, number: index + 1 }));

function nameOf({ decision, person }: MatchedFace): string {
  if (decision === 'uncertain') return person ? `not certain (could be ${person.name})` : 'not certain';
  return person?.name ?? 'unknown';
}

/** An uncertain face has its number on the picture, and never a name. */
async function drawn(bytes: Uint8Array, faces: readonly Identified[], width: number, maxPixels: number): Promise<Uint8Array> {
  const { picture } = await decode(bytes, { maxPixels, workPixels: maxResultSidePx ** 2 });
  const scale = picture.width / width;
  const numbers = new Map(numbered(faces).map(({ face, number }) => [face, number]));
  const labelOf = ({ face, matched }: Identified): FaceLabel => {
    const number = numbers.get(face);
    if (number === undefined) return { style: 'unrecognisable', text: null };
    if (matched.decision === 'uncertain') return { style: 'uncertain', text: String(number) };
    return { style: matched.person?.status ?? 'unknown', text: `${number}: ${nameOf(matched)}` };
  };
  return drawFaces(
    picture,
    faces.map((each) => ({ box: scaleBox(each.face.box, scale), label: labelOf(each) })),
  );
}

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
