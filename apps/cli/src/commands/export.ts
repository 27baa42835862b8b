import { parseArgs } from 'node:util';
import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { exportGallery } from '@watchpost/gallery/archive/export-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Command } from '../command.ts';

/** `export FILE`: the whole gallery as one new file that only its user can read; may run while watchpost does. */
export const exportCommand: Command = async (args, { env, signal, print, warn }) => {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    warn('usage: export FILE');
    return 2;
  }
  const opened = await openDatabase(parseEnv(env, storageEnv, galleryFaults), { log: createLogger('export', 'silent') }, signal);
  try {
    const { lines, version } = await exportGallery(opened, file, signal);
    const count = (kind: string): number => lines[kind] ?? 0;
    print(`${file}: the gallery at version ${version}`);
    print(
      `${count('person')} persons, ${count('face')} faces, ${count('crop')} pictures of faces, ${count('sighting')} snapshots with sightings, ${count('audit')} entries of the audit`,
    );
    print('It holds biometric data of persons: keep it as you keep the database.');
    return 0;
  } finally {
    await opened.close();
  }
};
