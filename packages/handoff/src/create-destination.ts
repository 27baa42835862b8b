import type { DestinationSettings } from '@watchpost/shared/destination-settings';
import type { Destination } from './destination.ts';
import { databaseDestination, type PictureKeeper } from './destinations/database.ts';
import { folderDestination } from './destinations/folder.ts';
import { ftpDestination } from './destinations/ftp.ts';
import { s3Destination } from './destinations/s3.ts';
import { sftpDestination } from './destinations/sftp.ts';

export interface DestinationOptions {
  /** The feed's: readers load pictures of a folder without an address of its own from below it. */
  slug: string;
  /** What keeps pictures in the database. */
  kept: PictureKeeper;
  /** When a picture in the database goes by itself, milliseconds since 1970; null: never. */
  expiresAtMs: number | null;
}

/** A place that readers load pictures from, as a feed's settings say. Connects to nothing yet. */
export function createDestination(settings: DestinationSettings, { slug, kept, expiresAtMs }: DestinationOptions): Destination {
  if (settings.kind === 'database') return databaseDestination(kept, expiresAtMs);
  if (settings.kind === 'folder') return folderDestination(settings, slug);
  if (settings.kind === 's3') return s3Destination(settings);
  return settings.kind === 'ftp' ? ftpDestination(settings) : sftpDestination(settings);
}
