import { AppError, toAppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import { type FaceEngine, type SeenFace, smallestFacePx } from '@watchpost/see/face-engine';
import { readBytes } from './enroll-pictures.ts';

/** A picture with its largest face, or why it has none to use. */
export type LargestFace = { file: string } & ({ face: Pick<SeenFace, 'embedding' | 'sizePx'> } | { error: AppError });

/** The largest face of each picture, in the order given. `atATime` pictures are looked at together. Throws `aborted`. */
export async function* largestFaces(
  files: readonly string[],
  { engine, atATime }: { engine: FaceEngine; atATime: number },
  signal: AbortSignal,
): AsyncGenerator<LargestFace> {
  const ahead: Promise<LargestFace>[] = [];
  for (let next = 0; next < files.length || ahead.length > 0;) {
    for (; ahead.length < atATime && next < files.length; next += 1) ahead.push(largestFace(files[next] ?? '', engine, signal));
    const first = await ahead.shift();
    throwIfAborted(signal);
    if (first) yield first;
  }
}

/** Never rejects: others may be under way when one is given up. */
async function largestFace(file: string, engine: FaceEngine, signal: AbortSignal): Promise<LargestFace> {
  try {
    const [face] = (await engine.see(await readBytes(file), signal)).faces;
    if (!face) throw new AppError('face-missing', 'no face was found');
    if (face.sizePx < smallestFacePx) {
      throw new AppError(
        'face-too-small',
        `the largest face is ${Math.floor(face.sizePx)} pixels wide, at least ${smallestFacePx} are needed`,
      );
    }
    return { file, face: { embedding: face.embedding, sizePx: face.sizePx } };
  } catch (thrown) {
    return { file, error: toAppError(thrown) };
  }
}
