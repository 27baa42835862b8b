import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import type { Demonstration } from './demonstration.ts';

/** An emulated Telegram with a channel of cameras, a group for the results, and a chat with the bot. */
export async function emulateTelegram(_lifecycle: Lifecycle, _how: { dataDir: string; command: string }): Promise<Demonstration> {
  throw new Error('not yet');
}
