import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Enrolled } from '@watchpost/gallery/moving-in/enroll';
import type { Workbench } from '@watchpost/gallery/open-workbench';
import { defaultGallerySettings } from '@watchpost/gallery/config';
import { seeEnv } from '@watchpost/see/config';
import type { FaceEngine, SeenFace } from '@watchpost/see/face-engine';
import type { Command, CommandContext } from '../command.ts';
import { chooseFace } from '../support/choose-face.ts';
import { type EnrollPicture, picturesOfFolder, readBytes } from '../support/enroll-pictures.ts';
import { actor } from '../support/open-database.ts';
import { withWorkbench } from '../support/open-gallery.ts';
import { decisionSettings } from '../support/decision-settings.ts';
import { readArgs } from '../support/read-args.ts';
import { withEngine } from '../support/with-engine.ts';

/**
 * `enroll [--force] (--name NAME FILE... | --folder DIR)`: gives people reference faces from picture files, the largest face of
 * each. An unsuitable picture is refused with a reason, and the command continues; exit code 1 if any was refused. Enrolling the same
 * pictures again changes nothing.
 */
export const run: Command = async (args, context) => {
  const { force, find } = picturesOf(args);
  const config = parseEnv(context.env, { ...storageEnv, ...seeEnv }, galleryFaults);
  const decision = await decisionSettings(context.env);
  const { pictures, leftOut } = await find();
  for (const file of leftOut) context.warn(`${file}: skipped, not a picture in a person's folder`);
  const refused = await withWorkbench(
    config,
    context.signal,
    (workbench) =>
      withEngine(
        config,
        (engine) => enrollAll(pictures, { engine, workbench, force, atATime: config.INFERENCE_THREADS }, context),
        context.signal,
      ),
    { decision },
  );
  return refused > 0 ? 1 : 0;
};

/** How to find the pictures that the arguments name: of one person (`--name`), or in a folder with a sub-folder per person. */
function picturesOf(args: string[]): { force: boolean; find: () => Promise<{ pictures: EnrollPicture[]; leftOut: string[] }> } {
  const { values, positionals } = readArgs(
    args,
    { name: { type: 'string' }, folder: { type: 'string' }, force: { type: 'boolean', default: false } },
    0,
    Infinity,
  );
  const { name, folder, force } = values;
  if (name !== undefined && folder === undefined && positionals.length > 0) {
    return { force, find: async () => ({ pictures: positionals.map((file) => ({ name, file })), leftOut: [] }) };
  }
  if (folder !== undefined && name === undefined && positionals.length === 0) return { force, find: () => picturesOfFolder(folder) };
  throw new AppError('usage-invalid', 'give either --name with picture files, or --folder');
}

interface EnrollTools {
  engine: FaceEngine;
  workbench: Workbench;
  force: boolean;
  /** Pictures analysed at the same time. */
  atATime: number;
}

/** Resolves to the number of refused pictures. */
async function enrollAll(pictures: readonly EnrollPicture[], tools: EnrollTools, { signal, print, warn }: CommandContext): Promise<number> {
  let refused = 0;
  for (let from = 0; from < pictures.length; from += tools.atATime) {
    const batch = pictures.slice(from, from + tools.atATime).map((picture) => ({ picture, face: findFace(tools.engine, picture, signal) }));
    await Promise.allSettled(batch.map(({ face }) => face));
    for (const { picture, face } of batch) {
      try {
        print(`${picture.file}: ${toText(await enrollOne(picture, await face, tools, signal))}`);
      } catch (thrown) {
        signal.throwIfAborted();
        const { code, message } = toAppError(thrown);
        warn(`${picture.file}: refused: ${code}: ${message}`);
        refused += 1;
      }
    }
  }
  print(`${pictures.length - refused} of ${pictures.length} pictures enrolled`);
  return refused;
}

async function findFace(engine: FaceEngine, { file }: EnrollPicture, signal: AbortSignal): Promise<SeenFace> {
  const { faces } = await engine.see(await readBytes(file), signal);
  return chooseFace(faces, defaultGallerySettings.decision.enroll);
}

/** If the face also clearly matches an unknown, the two are merged: with both in the gallery, every later decision would be uncertain. */
async function enrollOne(
  { name, file }: EnrollPicture,
  seen: SeenFace,
  { engine, workbench, force }: EnrollTools,
  signal: AbortSignal,
): Promise<Enrolled> {
  const { box, embedding, quality, sizePx, crop } = seen;
  const face = { box, embedding, modelId: engine.modelId, quality: quality.value, sizePx, ...(crop && { crop }) };
  const enrolled = await workbench.enroll({ name, face, source: file, force }, actor, signal);
  if (enrolled.alsoStranger) {
    await workbench.operations.apply({ kind: 'merge', from: enrolled.alsoStranger.id, into: enrolled.person.id }, actor, signal);
  }
  return enrolled;
}

function toText({ person, outcome, similarity, alsoStranger }: Enrolled): string {
  const alike = similarity === null ? '' : ` (similarity ${similarity.toFixed(2)} to the known faces)`;
  const what = outcome === 'added' ? `${person.name}${person.isNew ? ', a new person' : ''}` : `${person.name}, nothing new`;
  const hint = alsoStranger ? `; "${alsoStranger.name}" is the same person and was merged` : '';
  return `${what}${alike}${hint}`;
}
