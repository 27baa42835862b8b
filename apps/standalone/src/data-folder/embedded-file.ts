import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isRunning, processIdentity } from './is-running.ts';

/** Written to the data folder while `npm start` runs: the URL of its embedded database, and its process. Only its user can read it. */
export const embeddedFileSchema = processIdentity.extend({ url: z.string() });

/** Its path. */
export const embeddedFile = (dataDir: string): string => path.join(dataDir, 'embedded.json');

/** The URL of the embedded database of the `npm start` that uses this folder; undefined when none is running. */
export async function embeddedPostgresUrl(dataDir: string): Promise<string | undefined> {
  try {
    const { url, ...owner } = embeddedFileSchema.parse(JSON.parse(await readFile(embeddedFile(dataDir), 'utf8')));
    return (await isRunning(owner)) ? url : undefined;
  } catch {
    // There is no file, or it cannot be parsed.
    return undefined;
  }
}
