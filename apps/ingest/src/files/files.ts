import type { Logger } from '@watchpost/shared/observability/logger';
import type { BackgroundDatabase } from '../database.ts';
import type { Intake } from '../platforms/platform.ts';

/** Converted files, for whoever has a link that is signed and has not expired. */
export function startFiles(_deps: {
  database: BackgroundDatabase;
  messageKeys: readonly [string, ...string[]];
  log: Logger;
}): Intake | null {
  return null;
}
