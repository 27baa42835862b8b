import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import type { Command } from '../command.ts';
import { countsInWords } from '../support/archive-words.ts';
import { withDatabase } from '../support/open-database.ts';
import { readArgs } from '../support/read-args.ts';

/** `export [--gallery] FILE`: writes the whole database to a new file that only its owner can read. Safe while watchpost runs. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { gallery: { type: 'boolean', default: false } }, 1);
  const [file = ''] = positionals;
  const scope = values.gallery ? 'gallery' : 'everything';
  const { lines, version, isOneMoment } = await withDatabase(context, (opened) => exportArchive(opened, file, { scope }, signal));
  print(`${file}: ${values.gallery ? 'the gallery' : 'everything'} at version ${String(version)}`);
  print(countsInWords((kind) => lines[kind] ?? 0, scope));
  if (!isOneMoment)
    print('A standalone MongoDB keeps no earlier moments: documents that changed meanwhile are as they were when their turn came.');
  print('It holds biometric data: protect it as you protect the database.');
  return 0;
};
