import { mkdir } from 'node:fs/promises';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { freePortFrom } from '../processes/ports.ts';
import { idsFromNow, startEmulatedTelegram } from '../telegram/emulated-telegram.ts';
import { serveTelegramPage } from '../telegram/page/page-server.ts';
import { runCameras } from './cameras.ts';
import type { Demonstration } from './demonstration.ts';
import { introduce } from './household.ts';
import { quarantineKey } from './quarantine-key.ts';
import { scenes } from './scenes.ts';

const emulatorPort = 4_003;
const you = 'You';

/** An emulated Telegram with a channel of cameras, a group for the results, and a chat with the bot. */
export async function emulateTelegram(
  lifecycle: Lifecycle,
  { dataDir, command }: { dataDir: string; command: string },
): Promise<Demonstration> {
  const port = await freePortFrom(emulatorPort, '127.0.0.1');
  const telegram = await startEmulatedTelegram({ port, firstId: idsFromNow(), keepMessages: 500 });
  lifecycle.onStop('emulated Telegram', async () => telegram.close());
  const person = telegram.person(you);
  const cameras = telegram.channel('Cameras');
  const results = telegram.group('Who was there', [person]);
  const page = await serveTelegramPage({ port: await freePortFrom(port + 1, '127.0.0.1'), telegram, you: person });
  lifecycle.onStop('page', async () => page.close());
  await mkdir(dataDir, { recursive: true });
  return {
    env: {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
      READ_TELEGRAM_CHAT_ID: String(cameras.id),
      WRITE_TELEGRAM_CHAT_ID: String(results),
      TELEGRAM_ADMINS: String(person.id),
      // With a key that stays, the next start reads what people wrote before.
      MESSAGE_KEY: await quarantineKey(dataDir),
    },
    begin: ({ origins, household, notes, say, stopping }) => {
      const known = household ? introduce({ env: household, say }, stopping) : Promise.resolve();
      const running = known.then(async () =>
        runCameras({ post: async (camera, photo) => void cameras.post({ text: `Motion detected at ${camera}`, photo }), say }, stopping),
      );
      lifecycle.onStop('cameras', async () => running);
      say('');
      say(`  This is the demonstration: an emulated Telegram with ${String(Object.keys(scenes).length)} cameras. Look at it:`);
      say(`      ${page.url}`);
      say(`  The console (the link logs in once, within 15 minutes): ${origins.console}`);
      say('  Write to the bot (/help), send it a photo, or press "This is…" below a result; or from a second terminal:');
      say(`      ${command} name "Unknown 1" Ada`);
      for (const note of notes) say(`  ${note}`);
      say('');
    },
  };
}
