import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { seeEnv } from '@watchpost/see/config';
import type { FaceEngine, Seen, SeenFace } from '@watchpost/see/face-engine';
import type { Command } from '../command.ts';
import { drawBoxes } from '../support/draw-boxes.ts';
import { readArgs } from '../support/read-args.ts';
import { withEngine } from '../support/with-engine.ts';

/**
 * `analyze [--json] [--embeddings] [--annotate DIR] FILE...`: finds the faces in local files, as a worker does. One result per file,
 * in the order given; exit code 1 if a file could not be read.
 */
export const run: Command = async (args, { env, signal, print, warn }) => {
  const { values, positionals: files } = readArgs(
    args,
    { json: { type: 'boolean' }, embeddings: { type: 'boolean' }, annotate: { type: 'string' } },
    1,
    Infinity,
  );
  const config = { ...parseEnv(env, seeEnv), INFERENCE_THREADS: 1 };
  return withEngine(
    config,
    async (engine) => {
      let failures = 0;
      for (const file of files) {
        const result = await analyzeFile(engine, file, values.annotate, signal);
        if ('error' in result) failures += 1;
        const line = values.json ? asJson(result, values.embeddings ?? false) : asText(result);
        if ('error' in result && !values.json) warn(line);
        else print(line);
      }
      return failures > 0 ? 1 : 0;
    },
    signal,
  );
};

type Result = { file: string; seen: Seen } | { file: string; error: AppError };

async function analyzeFile(engine: FaceEngine, file: string, annotateDir: string | undefined, signal: AbortSignal): Promise<Result> {
  try {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new AppError('file-unreadable', error instanceof Error ? error.message : String(error), { cause: error });
    });
    const seen = await engine.see(bytes, signal);
    if (annotateDir !== undefined) {
      await mkdir(annotateDir, { recursive: true });
      await writeFile(join(annotateDir, `${basename(file, extname(file))}.jpg`), await drawBoxes(bytes, seen));
    }
    return { file, seen };
  } catch (thrown) {
    const error = toAppError(thrown);
    // Ctrl-C is not about this file.
    if (error.code === 'aborted') throw error;
    return { file, error };
  }
}

function asJson(result: Result, embeddings: boolean): string {
  if ('error' in result) return JSON.stringify({ file: result.file, error: { code: result.error.code, message: result.error.message } });
  const { width, height, elapsedMs, faces } = result.seen;
  return JSON.stringify({
    file: result.file,
    width,
    height,
    elapsedMs: rounded(elapsedMs, 1),
    faces: faces.map((face) => faceAsJson(face, embeddings)),
  });
}

function faceAsJson({ box, score, landmarks, quality, sizePx, embedding }: SeenFace, embeddings: boolean): object {
  return {
    box: Object.fromEntries(Object.entries(box).map(([key, value]) => [key, rounded(value, 1)])),
    score: rounded(score, 3),
    landmarks: Object.fromEntries(Object.entries(landmarks).map(([key, { x, y }]) => [key, { x: rounded(x, 1), y: rounded(y, 1) }])),
    quality: rounded(quality.value, 3),
    sizePx: rounded(sizePx, 1),
    ...(embeddings ? { embedding: [...embedding] } : {}),
  };
}

function asText(result: Result): string {
  if ('error' in result) return `${result.file}: ${result.error.code}: ${result.error.message}`;
  const { width, height, elapsedMs, faces } = result.seen;
  const lines = faces.map(
    ({ box, score, quality, sizePx }) =>
      `  face at ${Math.round(box.x)},${Math.round(box.y)}, ${Math.round(box.width)} x ${Math.round(box.height)} px, score ${score.toFixed(2)}, quality ${quality.value.toFixed(2)}, size ${Math.round(sizePx)} px`,
  );
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  return [`${result.file}: ${width} x ${height}, ${count}, ${Math.round(elapsedMs)} ms`, ...lines].join('\n');
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
