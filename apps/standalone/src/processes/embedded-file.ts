import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** What a running `npm start` leaves in its data folder: where its embedded database listens. Readable by its user only. */
export const embeddedFileSchema = z.object({ url: z.string(), pid: z.number().int() });

/** Where that is written. */
export const embeddedFile = (dataDir: string): string => path.join(dataDir, 'embedded.json');

/** The URL of the embedded database that `npm start` serves from this folder, undefined when it is not running. */
export async function embeddedPostgresUrl(dataDir: string): Promise<string | undefined> {
  try {
    const { url, pid } = embeddedFileSchema.parse(JSON.parse(await readFile(embeddedFile(dataDir), 'utf8')));
    process.kill(pid, 0);
    return url;
  } catch {
    // No file, or one whose process is gone.
    return undefined;
  }
}
