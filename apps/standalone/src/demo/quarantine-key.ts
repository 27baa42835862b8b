import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const fileIn = (dataDir: string): string => path.join(dataDir, 'quarantine-key');

/** The demonstration's own key, made at its first start: what is in quarantine can be read after the next one. An installation sets QUARANTINE_KEY. */
export async function quarantineKey(dataDir: string): Promise<string> {
  const known = await knownQuarantineKey(dataDir);
  if (known !== undefined) return known;
  const key = randomBytes(32).toString('hex');
  await writeFile(fileIn(dataDir), key, { mode: 0o600 });
  return key;
}

/** The key that a demonstration has made in this folder. */
export async function knownQuarantineKey(dataDir: string): Promise<string | undefined> {
  const known = await readFile(fileIn(dataDir), 'utf8').catch(() => '');
  return /^[0-9a-f]{64}$/.test(known) ? known : undefined;
}
