import { readFile } from 'node:fs/promises';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { scaleBox } from '@watchpost/shared/geometry';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { decode } from '@watchpost/see/picture/decode';
import { drawFaces } from './visit/annotate/draw.ts';
import { maxResultSidePx } from './visit/annotate/layout.ts';

/**
 * Finds the faces in a local picture and draws them as for a post: shows that the models, the native libraries and the font are there.
 * Needs neither a database nor a queue. Resolves to a line for people.
 */
export async function checkPicture(file: string, env: Env, signal: AbortSignal): Promise<string> {
  const config = { ...parseEnv(env, seeEnv), INFERENCE_THREADS: 1 };
  const engine = await createFaceEngine(config, createLogger('worker', 'silent'), signal);
  try {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new AppError('file-unreadable', error instanceof Error ? error.message : String(error), { cause: error });
    });
    const { width, faces } = await engine.see(bytes, signal);
    const { picture } = await decode(bytes, { maxPixels: config.MAX_PIXELS, workPixels: maxResultSidePx ** 2 });
    const numbered = faces.map(({ box }, index) => ({
      box: scaleBox(box, picture.width / width),
      label: { style: 'unknown' as const, text: String(index + 1) },
    }));
    const drawn = await drawFaces(picture, numbered);
    return `${file}: ${faces.length} faces, drawn as a JPEG of ${Math.ceil(drawn.length / 1_000)} kB`;
  } finally {
    await engine.close();
  }
}
