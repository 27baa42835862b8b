import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Written to the data folder while `npm start` runs: the URL of its embedded database. Only its user can read it. */
export const embeddedFileSchema = z.object({ url: z.string(), pid: z.number().int() });

/** Its path. */
export const embeddedFile = (dataDir: string): string => path.join(dataDir, 'embedded.json');

/** The URL of the embedded database of the `npm start` that uses this folder; undefined when none is running. */
export async function embeddedPostgresUrl(dataDir: string): Promise<string | undefined> {
  try {
    const { url, pid } = embeddedFileSchema.parse(JSON.parse(await readFile(embeddedFile(dataDir), 'utf8')));
    process.kill(pid, 0);
    return url;
  } catch {
    // There is no file, or its process has ended.
    return undefined;
  }
}
