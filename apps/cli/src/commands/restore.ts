import { parseArgs } from 'node:util';
import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { restoreGallery } from '@watchpost/gallery/archive/restore-gallery';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Command } from '../command.ts';

/** `restore [--replace] FILE`: the gallery from a file that `export` wrote; the whole file is checked before anything is changed. */
export const restore: Command = async (args, { env, signal, print, warn }) => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { replace: { type: 'boolean', default: false } } });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    warn('usage: restore [--replace] FILE');
    return 2;
  }
  const opened = await openDatabase(parseEnv(env, storageEnv, galleryFaults), { log: createLogger('restore', 'silent') }, signal);
  try {
    const { person, face, crop, sighting, audit } = await restoreGallery(opened, file, { replace: values.replace }, signal);
    print(
      `restored ${person} persons, ${face} faces, ${crop} pictures of faces, ${sighting} snapshots with sightings, ${audit} entries of the audit`,
    );
    return 0;
  } finally {
    await opened.close();
  }
};
