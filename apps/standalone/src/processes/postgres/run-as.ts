import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AppError } from '@watchpost/shared/errors';

/** The user that PostgreSQL runs as. */
export interface RunAs {
  /** Goes before the command. */
  wrapper: readonly string[];
  uid?: number;
  gid?: number;
}

/** The same user under another number, in a user namespace of its own: files keep their owner. `unshare` becomes the program that it runs. */
const asNobody = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * PostgreSQL refuses to run as root. Where this process is root, it runs as the owner of the data folder if that is somebody else, and
 * in a user namespace (Linux) if it is not. Rejects with `embedded-database-failed` where neither is possible.
 */
export async function runAsFor(folder: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { wrapper: [] };
  const { uid, gid } = await stat(folder);
  if (uid !== 0) return { wrapper: [], uid, gid };
  if (await succeeds([...asNobody, 'true'])) return { wrapper: asNobody };
  throw new AppError(
    'embedded-database-failed',
    `PostgreSQL refuses to run as root: start watchpost as another user, let another user own ${folder}, or set POSTGRES_URL`,
  );
}

async function succeeds([program = '', ...args]: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(program, args);
    return true;
  } catch {
    return false;
  }
}
