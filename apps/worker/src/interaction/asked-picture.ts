import type { ChatFile } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { scaleBox } from '@watchpost/shared/geometry';
import { countOf, say } from '@watchpost/shared/chat/say';
import type { MatchedFace, ProbeFace } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { smallestFacePx, type FaceEngine, type SeenFace } from '@watchpost/see/face-engine';
import { decode } from '@watchpost/see/picture/decode';
import { downloadSnapshot } from '../download-snapshot.ts';
import type { KeptFiles } from '../kept-files.ts';
import { drawFaces } from '../visit/annotate/draw.ts';
import type { FaceLabel } from '../visit/annotate/label.ts';
import { maxResultSidePx } from '../visit/annotate/layout.ts';

/** What a picture is looked at with. */
export interface LookDeps {
  engine: FaceEngine;
  files: KeptFiles;
  questions: GalleryQuestions;
  maxBytes: number;
  maxPixels: number;
}

/** A face with who it is. */
export interface Identified {
  face: SeenFace;
  matched: MatchedFace;
}

/** A picture that somebody asked about. */
export interface AskedPicture {
  bytes: Uint8Array;
  width: number;
  /** Of the whole picture on average, 0 (black) to 255. */
  brightness: number;
  /** From left to right. */
  faces: Identified[];
}

/** Looks at a picture; nothing of it is recorded. Rejects as ChatPlatform.download and FaceEngine.see do. */
export async function lookAt(
  file: ChatFile,
  { chat }: Pick<ConnectedPlatform, 'chat'>,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<AskedPicture> {
  const bytes = await downloadSnapshot({ snapshotId: `asked-${file.id}`, file }, { ...deps, chat }, signal);
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
  return { bytes, width: seen.width, brightness: seen.brightness, faces: inOrder };
}

/** Who is in one picture. A picture that cannot be looked at is said to be so; `draw`: null without faces. */
export async function whoIsIn(
  file: ChatFile,
  { platform }: { platform: Pick<ConnectedPlatform, 'chat'> },
  deps: LookDeps,
  signal: AbortSignal,
): Promise<{ text: RichText; draw: (() => Promise<Uint8Array>) | null }> {
  try {
    const picture = await lookAt(file, platform, deps, signal);
    const { faces } = picture;
    return { text: describe(faces), draw: faces.length > 0 ? async () => drawnWho(picture, deps.maxPixels) : null };
  } catch (error) {
    const { retry, message } = toAppError(error);
    if (retry !== 'permanent') throw error;
    return { text: say`cannot be looked at: ${message}`, draw: null };
  }
}

/** A face as the gallery compares it. Pure. */
export function probeOf({ box, embedding, quality, sizePx }: SeenFace, modelId: string): ProbeFace {
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
async function drawnWho(picture: AskedPicture, maxPixels: number): Promise<Uint8Array> {
  const numbers = new Map(numbered(picture.faces).map(({ face, number }) => [face, number]));
  return drawnWith(picture, maxPixels, ({ face, matched }) => {
    const number = numbers.get(face);
    if (number === undefined) return { style: 'unrecognisable', text: null };
    if (matched.decision === 'uncertain') return { style: 'uncertain', text: String(number) };
    return { style: matched.person?.status ?? 'unknown', text: `${number}: ${nameOf(matched)}` };
  });
}

/** The picture with a box around each face, labelled, as a JPEG. */
export async function drawnWith(
  { bytes, faces, width }: AskedPicture,
  maxPixels: number,
  labelOf: (face: Identified, index: number) => FaceLabel,
): Promise<Uint8Array> {
  const { picture } = await decode(bytes, { maxPixels, workPixels: maxResultSidePx ** 2 });
  const scale = picture.width / width;
  return drawFaces(
    picture,
    faces.map((each, index) => ({ box: scaleBox(each.face.box, scale), label: labelOf(each, index) })),
  );
}
