import type { PlatformDefinition } from '@watchpost/shared/chat/platform';
import { telegramPrefix } from './channel.ts';
import { telegramFaults, telegramToken, telegramWorkerEnv } from './config.ts';

/** Telegram as the worker uses it. */
export const telegram: PlatformDefinition<typeof telegramWorkerEnv> = {
  prefix: telegramPrefix,
  env: telegramWorkerEnv,
  faults: telegramFaults,
  tokenOf: telegramToken,
  connect: () => null,
};
