import { parseArgs } from 'node:util';
import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { planNames, readOldNames } from '@watchpost/gallery/moving-in/old-service';
import { openWorkbench } from '@watchpost/gallery/open-workbench';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Command } from '../command.ts';

/**
 * `import [--from URL]`: takes over the names of the old Python service's `facial_embeddings.embeddings` as persons without faces.
 * Its vectors come from another model and cannot be compared with ours. Reads only, there; run again it adds nothing.
 */
export const importCommand: Command = async (args, { env, signal, print, warn }) => {
  const { values } = parseArgs({ args, options: { from: { type: 'string' } } });
  const config = parseEnv(env, storageEnv, galleryFaults);
  const from = values.from ?? config.MONGO_CONNECTION_STRING;
  if (from === undefined)
    throw new AppError('config-invalid', "the gallery is not on MongoDB: give the old service's server with --from mongodb://...");
  if (!/^mongodb(\+srv)?:\/\//.test(from)) throw new AppError('config-invalid', '--from must be a mongodb:// or mongodb+srv:// URL');

  const found = await readOldNames(from, signal);
  const { names, namelessVectors } = planNames(found);
  const workbench = await openWorkbench(config, createLogger('import', 'silent'), signal);
  try {
    const { added, present, refused } = await workbench.importNames(names, { id: 'cli' }, signal);
    for (const name of added) print(`added    ${name}`);
    for (const name of present) print(`present  ${name}`);
    for (const { name, reason } of refused) warn(`refused  ${name}: ${reason}`);
    const vectors = found.reduce((sum, each) => sum + each.vectors, 0);
    print('');
    print(`${added.length} persons added, ${present.length} were there already, ${refused.length} names refused.`);
    print(
      `None of the old service's ${vectors} vectors was taken over (${namelessVectors} of them of nobody): their 128 numbers come from`,
    );
    print('another model and cannot be compared with ours. So the persons have names and no faces yet. Show them to watchpost:');
    print('  watchpost enroll --folder DIR      (a sub-folder of pictures for each person)');
    return refused.length > 0 ? 1 : 0;
  } finally {
    await workbench.close();
  }
};
