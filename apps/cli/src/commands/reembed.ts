import { parseArgs } from 'node:util';
import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import type { Reembedded } from '@watchpost/gallery/moving-in/reembed';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import type { Command, CommandContext } from '../command.ts';

/**
 * `reembed [--keep-old]`: gives every face a vector of the configured model, made from its stored picture, and reports how well new
 * and old agree. The old vectors are removed when all that can be made are there, unless `--keep-old`. Broken off, it goes on where
 * it stopped. Exit code 1 where faces could not be embedded anew.
 */
export const reembedCommand: Command = async (args, context) => {
  const { env, signal } = context;
  const { values } = parseArgs({ args, options: { 'keep-old': { type: 'boolean', default: false } } });
  const config = parseEnv(env, { ...storageEnv, ...seeEnv }, galleryFaults);
  const log = createLogger('reembed', 'silent');
  const workbench = await openWorkbench(config, log, signal);
  try {
    const engine = await createFaceEngine(config, log);
    try {
      return await reembedAll(engine, workbench, { keepOld: values['keep-old'], atATime: config.INFERENCE_THREADS }, context);
    } finally {
      await engine.close();
    }
  } finally {
    await workbench.close();
  }
};

/** The command with its parts open. */
export async function reembedAll(
  engine: Pick<FaceEngine, 'modelId' | 'see'>,
  workbench: Workbench,
  { keepOld, atATime }: { keepOld: boolean; atATime: number },
  { signal, print, warn }: CommandContext,
): Promise<number> {
  const { modelId } = engine;
  const progress = (done: number, total: number): void => warn(`${done} of ${total} faces`);
  const embed = (crop: Uint8Array, signal: AbortSignal): Promise<Float32Array | null> => embedCrop(engine, crop, signal);
  const result = await workbench.reembed({ modelId, embed, atATime, progress }, signal);
  for (const line of report(modelId, result, workbench.mirror)) print(line);
  if (!keepOld) print(`${await workbench.removeReplaced(modelId, signal)} old vectors removed`);
  return result.withoutCrop.length + result.notFound.length > 0 ? 1 : 0;
}

/** Of several faces in a crop, the one nearest its middle is meant. A crop that cannot be read is as good as none. */
async function embedCrop(engine: Pick<FaceEngine, 'see'>, crop: Uint8Array, signal: AbortSignal): Promise<Float32Array | null> {
  const seen = await engine.see(crop, signal).catch((thrown: unknown): null => {
    if (signal.aborted || toAppError(thrown).retry === 'transient') throw thrown;
    return null;
  });
  return seen && inTheMiddle(seen);
}

function inTheMiddle({ faces, width, height }: Seen): Float32Array | null {
  let best: { distance: number; embedding: Float32Array } | null = null;
  for (const { box, embedding } of faces) {
    const distance = Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2);
    if (!best || distance < best.distance) best = { distance, embedding };
  }
  return best?.embedding ?? null;
}

function report(modelId: string, result: Reembedded, mirror: Workbench['mirror']): string[] {
  const { stored, storedBefore, withoutCrop, notFound, sameModel, agreement, sampleAgreement } = result;
  const lines = [`model ${modelId}`, `${stored} faces of other models embedded anew, ${storedBefore} were before`];
  if (sameModel) {
    const { count, lowest, low, median } = sameModel;
    lines.push(
      `${count} faces of this model embedded once more, to compare: cosine old/new lowest ${lowest.toFixed(3)}, 5 % below ${low.toFixed(3)}, median ${median.toFixed(3)}`,
    );
  }
  if (sampleAgreement && sampleAgreement.queries > 0) {
    lines.push(`of these, the nearest stored face is the same person's: ${share(sampleAgreement)}`);
  }
  for (const each of agreement) {
    if (each.among.queries > 0) lines.push(`nearest other face is the same person's, ${each.modelId}: ${share(each.among)}`);
  }
  for (const [why, faces] of [
    ['without a stored picture', withoutCrop],
    ['whose picture shows this engine no face', notFound],
  ] as const) {
    if (faces.length > 0) lines.push(`${faces.length} faces ${why}; they stay as they are, for the old model only`);
  }
  const faceless = mirror.persons().filter(({ id }) => {
    const faces = mirror.facesOf(id);
    return faces.length > 0 && !faces.some((face) => face.modelId === modelId);
  });
  if (faceless.length > 0) lines.push(`not recognised with this model, enroll them again: ${faceless.map(({ name }) => name).join(', ')}`);
  return lines;
}

const share = ({ agreed, queries }: { agreed: number; queries: number }): string =>
  `${agreed} of ${queries} (${((100 * agreed) / queries).toFixed(1)} %)`;
