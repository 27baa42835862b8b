import { parseArgs } from 'node:util';
import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import type { Enrolled } from '@watchpost/gallery/moving-in/enroll';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { defaultGallerySettings } from '@watchpost/gallery/settings';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine, SeenFace } from '@watchpost/see/face-engine';
import { chooseFace } from '../support/choose-face.ts';
import type { Command, CommandContext } from '../command.ts';
import { type EnrollPicture, picturesOfFolder, readBytes } from '../support/enroll-pictures.ts';

const usage =
  'usage: enroll [--force] --name NAME FILE...\n       enroll [--force] --folder DIR      (one sub-folder a person, its name the person’s)';

/**
 * `enroll`: gives persons reference faces from picture files, the largest face of each. A picture that will not do is refused
 * with its reason and the others go on; exit code 1 if any was refused. The same pictures again change nothing.
 */
export const enroll: Command = async (args, context) => {
  const { env, signal, warn } = context;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { name: { type: 'string' }, folder: { type: 'string' }, force: { type: 'boolean', default: false } },
  });
  const { name, folder, force } = values;
  const asked = name === undefined ? folder !== undefined && positionals.length === 0 : folder === undefined && positionals.length > 0;
  if (!asked) {
    warn(usage);
    return 2;
  }
  const config = parseEnv(env, { ...storageEnv, ...seeEnv }, galleryFaults);
  const { pictures, leftOut } =
    folder === undefined
      ? { pictures: positionals.map((file): EnrollPicture => ({ name: name ?? '', file })), leftOut: [] }
      : await picturesOfFolder(folder);
  for (const file of leftOut) warn(`${file}: left out, not a picture in a person's folder`);

  const log = createLogger('enroll', 'silent');
  const workbench = await openWorkbench(config, log, signal);
  try {
    const engine = await createFaceEngine(config, log);
    try {
      const tools = { engine, workbench, force, atATime: config.INFERENCE_THREADS };
      const refused = await enrollAll(pictures, tools, context);
      return refused > 0 ? 1 : 0;
    } finally {
      await engine.close();
    }
  } finally {
    await workbench.close();
  }
};

interface EnrollTools {
  engine: FaceEngine;
  workbench: Workbench;
  force: boolean;
  /** Pictures looked at together. */
  atATime: number;
}

/** Resolves to the number of pictures that were refused. */
async function enrollAll(pictures: readonly EnrollPicture[], tools: EnrollTools, { signal, print, warn }: CommandContext): Promise<number> {
  let refused = 0;
  for (let from = 0; from < pictures.length; from += tools.atATime) {
    const looks = pictures
      .slice(from, from + tools.atATime)
      .map((picture) => ({ picture, face: lookForFace(tools.engine, picture, signal) }));
    await Promise.allSettled(looks.map(({ face }) => face));
    for (const { picture, face } of looks) {
      try {
        print(`${picture.file}: ${tell(await enrollOne(picture, await face, tools, signal))}`);
      } catch (thrown) {
        signal.throwIfAborted();
        const { code, message } = toAppError(thrown);
        warn(`${picture.file}: refused: ${code}: ${message}`);
        refused += 1;
      }
    }
  }
  print(`${pictures.length - refused} of ${pictures.length} pictures taken`);
  return refused;
}

async function lookForFace(engine: FaceEngine, { file }: EnrollPicture, signal: AbortSignal): Promise<SeenFace> {
  const { faces } = await engine.see(await readBytes(file), signal);
  return chooseFace(faces, defaultGallerySettings.decision.enroll);
}

const actor = { id: 'cli' };

/** Whose face this clearly is too, as a stranger, was the same person: two of one would make every later decision uncertain. */
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

function tell({ person, outcome, similarity, alsoStranger }: Enrolled): string {
  const alike = similarity === null ? '' : ` (similarity ${similarity.toFixed(2)} to what was known)`;
  const what = outcome === 'added' ? `${person.name}${person.isNew ? ', a new person' : ''}` : `${person.name}, nothing new in it`;
  const hint = alsoStranger ? `; "${alsoStranger.name}" was the same person, merged` : '';
  return `${what}${alike}${hint}`;
}
