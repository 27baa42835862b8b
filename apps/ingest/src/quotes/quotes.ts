import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { BackgroundDatabase } from '../database.ts';
import type { Intake } from '../platforms/platform.ts';
import type { quotesEnv } from './config.ts';

/** `GET` and `POST /quotes`; null: no token is configured. */
export function startQuotes(_config: ConfigOf<typeof quotesEnv>, _deps: { database: BackgroundDatabase; log: Logger }): Intake | null {
  return null;
}
