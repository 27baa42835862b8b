import { exportGallery } from '@watchpost/gallery/archive/export-gallery';
import type { Command } from '../command.ts';
import { withDatabase } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';

/** `export FILE`: writes the whole gallery to a new file that only its owner can read. Safe while watchpost runs. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const [file = ''] = readArgs(args, {}, 1).positionals;
  const { lines, version } = await withDatabase(context, (opened) => exportGallery(opened, file, signal));
  const count = (kind: string): number => lines[kind] ?? 0;
  print(`${file}: the gallery at version ${version}`);
  print(
    `${count('person')} people, ${count('face')} faces, ${count('crop')} pictures of faces, ${count('sighting')} snapshots with sightings, ${count('audit')} audit entries`,
  );
  print('It holds biometric data: protect it as you protect the database.');
  return 0;
};
