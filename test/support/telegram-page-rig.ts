import { Bot, InputFile } from 'grammy';
import { type EmulatedTelegram, startEmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import { serveTelegramPage } from '@watchpost/standalone/telegram/page/page-server';
import { frameWith, man } from './pictures.ts';

/** An emulated Telegram with its page, and a bot as small as can be. */
export interface TelegramPageRig {
  telegram: EmulatedTelegram;
  pageUrl: string;
  you: number;
  group: number;
  channel: number;
  picture: Buffer;
  api: Bot['api'];
  close(): Promise<void>;
}

export async function startTelegramPage(): Promise<TelegramPageRig> {
  const telegram = await startEmulatedTelegram({ username: 'watchpost_bot', clickLifeMs: 3_000 });
  const you = telegram.person('You');
  const sam = telegram.person('Sam');
  const group = telegram.group('Who was there', [you, sam]);
  const camera = telegram.channel('Front door');
  const picture = await frameWith([man[0]!]);
  const page = await serveTelegramPage({ port: 0, telegram });
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.url } });
  await bot.api.setMyCommands([
    { command: 'help', description: 'What I can do' },
    { command: 'who', description: 'Who is at home' },
    { command: 'quote', description: 'A quote' },
  ]);
  answerAs(bot, picture);
  const running = bot.start({ timeout: 1 });
  return {
    telegram,
    pageUrl: page.url,
    you: you.id,
    group,
    channel: camera.id,
    picture,
    api: bot.api,
    close: async () => {
      await bot.stop();
      await running.catch(() => undefined);
      await page.close();
      await telegram.close();
    },
  };
}

const card = (...labels: string[]) => ({ reply_markup: { inline_keyboard: [labels.map((text) => ({ text, callback_data: text }))] } });

function answerAs(bot: Bot, picture: Buffer): void {
  bot.command('start', (ctx) => ctx.reply(`Welcome ${ctx.match}. Try /help, or see https://example.com/x.`));
  bot.command('help', (ctx) => ctx.reply('Send me a photo.'));
  bot.on('message:photo', (ctx) =>
    ctx.reply('One face. What shall I do?', { ...card('Who is it?', 'Learn', 'Nothing'), reply_parameters: { message_id: ctx.msgId } }),
  );
  bot.on('message:document', (ctx) => ctx.reply(`A file: ${ctx.message.document.file_name}`));
  bot.callbackQuery('Learn', async (ctx) => {
    await ctx.answerCallbackQuery();
    await ctx.editMessageText('Learning.', card());
    await ctx.reply('What is the name?', { reply_markup: { force_reply: true, input_field_placeholder: 'Ada Lovelace' } });
  });
  bot.callbackQuery('Who is it?', async (ctx) => {
    await ctx.answerCallbackQuery({ text: 'Looking…' });
    await ctx.replyWithPhoto(new InputFile(picture), { caption: 'Ada, 98 %' });
  });
  bot.callbackQuery('Nothing', (ctx) => ctx.answerCallbackQuery({ text: 'Forgotten, as you wish.', show_alert: true }));
  bot.on('message:text', async (ctx) => {
    const asked = ctx.message.reply_to_message?.text;
    await ctx.reply(asked === undefined ? `Reading you 5x5: ${ctx.message.text}` : `${ctx.message.text} it is.`);
  });
}
