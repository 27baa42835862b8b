import { AppError } from '@watchpost/shared/errors';
import { planNames, readOldNames } from '@watchpost/gallery/moving-in/old-service';
import type { Command } from '../command.ts';
import { actor, storageOf } from '../support/open-database.ts';
import { withWorkbench } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/**
 * `import [--from URL]`: imports the names in the old Python service's `facial_embeddings.embeddings` as people without faces. Its
 * vectors come from another model and cannot be compared with ours. The old collection is only read; a second run adds nothing.
 */
export const run: Command = async (args, context) => {
  const { signal, print, warn } = context;
  const { values } = readArgs(args, { from: { type: 'string' } });
  const config = storageOf(context);
  const from = values.from ?? config.MONGO_CONNECTION_STRING;
  if (from === undefined)
    throw new AppError('config-invalid', "the gallery is not on MongoDB: name the old service's server with --from mongodb://...");
  if (!/^mongodb(\+srv)?:\/\//.test(from)) throw new AppError('usage-invalid', '--from must be a mongodb:// or mongodb+srv:// URL');

  const found = await readOldNames(from, signal);
  const { names, namelessVectors } = planNames(found);
  const { added, present, refused } = await withWorkbench(config, signal, (workbench) => workbench.importNames(names, actor, signal));
  for (const name of added) print(`added    ${name}`);
  for (const name of present) print(`present  ${name}`);
  for (const { name, reason } of refused) warn(`refused  ${name}: ${reason}`);
  const vectors = found.reduce((sum, each) => sum + each.vectors, 0);
  print('');
  print(`${added.length} people added, ${present.length} already present, ${refused.length} names refused.`);
  print(
    `None of the old service's ${vectors} vectors were imported (${namelessVectors} of them without a name): their 128 numbers come from`,
  );
  print('another model and cannot be compared with ours. The people have names, but no faces yet. Add their faces with:');
  print('  watchpost enroll --folder DIR      (a sub-folder of pictures per person)');
  return refused.length > 0 ? 1 : 0;
};
