import { telegramEnv, telegramFaults, telegramIntakeEnv, telegramToken } from '@watchpost/telegram/config';
import type { IntakePlatform } from '../platform.ts';

const env = { ...telegramEnv, ...telegramIntakeEnv };

/** Telegram's updates, over HTTP or by asking for them. */
export const telegramIntake: IntakePlatform<typeof env> = {
  env,
  faults: telegramFaults,
  tokenOf: telegramToken,
  start: () => null,
};
