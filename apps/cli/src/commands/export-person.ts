import { exportToFiles } from '@watchpost/privacy/export/files';
import type { Command } from '../command.ts';
import { readArgs } from '../support/read-args.ts';
import { withPrivacy } from '../support/with-privacy.ts';

/** `export-person NAME TARGET`: writes all that is kept about a person to a new folder, or zip, that only its owner can read. */
export const run: Command = async (args, context) => {
  const [reference = '', target = ''] = readArgs(args, {}, 2).positionals;
  const { signal, print } = context;
  const { name, faces, sightings, pictures, files } = await withPrivacy(context, ({ exportPerson }, { questions }) =>
    exportToFiles(exportPerson, questions.resolve(reference), target, signal),
  );
  print(`${target}: all about ${name} in ${files} files: ${faces} faces, ${sightings} sightings, ${pictures} pictures`);
  print('It holds biometric data: give it to nobody else, and delete it when it was handed over.');
  return 0;
};
