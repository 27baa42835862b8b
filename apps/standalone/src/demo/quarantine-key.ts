import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The demonstration's own key, made at its first start: what is in quarantine can be read after the next one. An installation sets QUARANTINE_KEY. */
export async function quarantineKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'quarantine-key');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const key = randomBytes(32).toString('hex');
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
