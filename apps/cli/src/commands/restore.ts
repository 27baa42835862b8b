import { restoreGallery } from '@watchpost/gallery/archive/restore-gallery';
import type { Command } from '../command.ts';
import { withDatabase } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';

/** `restore [--replace] FILE`: reads the gallery from an exported file. The whole file is checked before anything is changed. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { replace: { type: 'boolean', default: false } }, 1);
  const [file = ''] = positionals;
  const restored = await withDatabase(context, (opened) => restoreGallery(opened, file, { replace: values.replace }, signal));
  const { person, face, crop, sighting, audit } = restored;
  print(
    `restored ${person} people, ${face} faces, ${crop} pictures of faces, ${sighting} snapshots with sightings, ${audit} audit entries`,
  );
  return 0;
};
