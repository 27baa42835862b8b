import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import type { Reembedded } from '@watchpost/gallery/moving-in/reembed';
import type { Workbench } from '@watchpost/gallery/open-workbench';
import { seeEnv } from '@watchpost/see/config';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import type { Command, CommandContext } from '../command.ts';
import { withWorkbench } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';
import { withEngine } from '../support/with-engine.ts';

/**
 * `reembed [--keep-old]`: computes a vector of the configured model for every face, from its stored picture, and reports how well the
 * new and the old vectors agree. Then the replaced vectors are removed, unless `--keep-old`. An interrupted run continues where it
 * stopped. Exit code 1 if some faces could not be embedded.
 */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { 'keep-old': { type: 'boolean', default: false } });
  const config = parseEnv(context.env, { ...storageEnv, ...seeEnv }, galleryFaults);
  return withWorkbench(config, context.signal, (workbench) =>
    withEngine(
      config,
      (engine) => reembedAll(engine, workbench, { keepOld: values['keep-old'], atATime: config.INFERENCE_THREADS }, context),
      context.signal,
    ),
  );
};

/** The command with its gallery and engine opened. */
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

/** The vector of the face nearest the middle of a stored crop; null where the crop shows none or cannot be read. */
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
  const lines = [`model ${modelId}`, `${stored} faces of other models embedded again, ${storedBefore} in earlier runs`];
  if (sameModel) {
    const { count, lowest, low, median } = sameModel;
    lines.push(
      `${count} faces of this model embedded again, to compare: cosine old/new lowest ${lowest.toFixed(3)}, 5 % below ${low.toFixed(3)}, median ${median.toFixed(3)}`,
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
    ['in whose stored picture no face was found', notFound],
  ] as const) {
    if (faces.length > 0) lines.push(`${faces.length} faces ${why}; they keep their old vector only`);
  }
  const faceless = mirror.persons().filter(({ id }) => {
    const faces = mirror.facesOf(id);
    return faces.length > 0 && !faces.some((face) => face.modelId === modelId);
  });
  if (faceless.length > 0) lines.push(`no face of this model, so enroll them again: ${faceless.map(({ name }) => name).join(', ')}`);
  return lines;
}

const share = ({ agreed, queries }: { agreed: number; queries: number }): string =>
  `${agreed} of ${queries} (${((100 * agreed) / queries).toFixed(1)} %)`;
