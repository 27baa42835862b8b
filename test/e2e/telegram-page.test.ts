import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkAccess } from '../support/check-access.ts';
import { openBrowser } from '../support/slack-page-rig.ts';
import { startTelegramPage, type TelegramPageRig } from '../support/telegram-page-rig.ts';

describe('the page of the emulated Telegram, in a browser', () => {
  let browser: Browser;
  let rig: TelegramPageRig;
  let tab: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => browser?.close());
  beforeEach(async () => {
    rig = await startTelegramPage();
  });
  afterEach(async () => {
    await tab?.close();
    await rig?.close();
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  });

  const open = async (options: BrowserContextOptions = {}, path = ''): Promise<void> => {
    tab = await browser.newPage({ viewport: { width: 1280, height: 844 }, ...options });
    tab.setDefaultTimeout(6_000);
    // A breach of the policy shows in the console.
    tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    tab.on('pageerror', (error) => faults.push(String(error)));
    await tab.goto(`${rig.pageUrl}${path}`);
  };
  const chat = (name: string | RegExp) => tab.getByRole('navigation').getByRole('button', { name }).click();
  const field = () => tab.getByRole('textbox').filter({ visible: true });
  const bubbles = () => tab.locator('article .bubble').filter({ visible: true });
  const sees = async (text: string) => expect.poll(async () => (await bubbles().allTextContents()).join('\n')).toContain(text);
  const say = async (text: string) => {
    await field().fill(text);
    await field().press('Enter');
  };
  const photo = (name = 'face.png') => ({ name, mimeType: 'image/png', buffer: rig.picture });
  const attach = (...files: ReturnType<typeof photo>[]) => tab.locator('[data-panel]:not([hidden]) input[type=file]').setInputFiles(files);
  const overflows = () => tab.evaluate('document.documentElement.scrollWidth - innerWidth');

  it.each([1280, 390])('begins with a code from the address, and talks, at %i pixels', async (width) => {
    await open({ viewport: { width, height: 844 } }, '?start=abc');
    if (width === 390) await chat(/watchpost/);
    await tab.getByRole('button', { name: 'START', exact: true }).click();
    await sees('Welcome abc.');
    expect(await tab.getByRole('button', { name: 'START', exact: true }).isVisible()).toBe(false);
    await say('hello <b>&amp;');
    await sees('Reading you 5x5: hello <b>&amp;');
    await field().press('Shift+Enter');
    expect(await field().inputValue()).toBe('\n');
    expect(await overflows()).toBe(0);
    await tab.getByRole('button', { name: '/help' }).click();
    await sees('Send me a photo.');
    if (width === 390) await tab.getByRole('button', { name: 'Back to the chats' }).click();
    expect(await tab.getByRole('navigation').isVisible()).toBe(true);
  });

  it('learns a face from a photo: a button, a question that is answered at once', async () => {
    await open();
    await attach(photo());
    await say('who?');
    await tab.getByRole('button', { name: 'Learn' }).click();
    await sees('What is the name?');
    expect(await field().getAttribute('placeholder')).toBe('Ada Lovelace');
    await tab.keyboard.type('Grace');
    await tab.keyboard.press('Enter');
    await sees('Grace it is.');
    await sees('Learning.edited');
    expect(await tab.getByRole('button', { name: 'Learn' }).count()).toBe(0);
    expect(rig.telegram.messages(rig.you).find(({ text }) => text === 'Grace')?.replyTo).not.toBeNull();
  });

  it('shows what a click is answered with: some words for a moment, or a dialog', async () => {
    await open();
    await attach(photo());
    await say('');
    await tab.getByRole('button', { name: 'Who is it?' }).click();
    await tab.getByRole('status').getByText('Looking…').waitFor();
    await sees('Ada, 98 %');
    await tab.getByRole('button', { name: 'Open the photo' }).last().click();
    await expect.poll(() => tab.evaluate('document.querySelector("#zoom img").naturalWidth')).toBeGreaterThan(0);
    await tab.keyboard.press('Escape');
    await tab.getByRole('button', { name: 'Nothing' }).click();
    await tab.getByRole('dialog').getByText('Forgotten, as you wish.').waitFor();
    await tab.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => tab.getByRole('dialog').count()).toBe(0);
  });

  it('says so when the bot does not answer a click', async () => {
    await open();
    await say('hi');
    await rig.api.sendMessage(rig.you, 'Well?', { reply_markup: { inline_keyboard: [[{ text: 'Nobody', callback_data: 'nobody' }]] } });
    await tab.getByRole('button', { name: 'Nobody' }).click();
    await expect.poll(() => tab.getByRole('status').textContent(), { timeout: 6_000 }).toContain('the bot did not answer the click');
  });

  it('sends several photos as an album, and a picture as a file', async () => {
    await open();
    await attach(photo('a.png'), photo('b.png'), photo('c.png'));
    await tab.getByText('3 files').waitFor();
    await say('three');
    await expect.poll(() => tab.locator('.album img').count()).toBe(3);
    const sent = rig.telegram.messages(rig.you).filter(({ file }) => file);
    expect(sent.map(({ text }) => text)).toEqual(['three', '', '']);
    await attach(photo('raw.png'));
    await tab.getByRole('checkbox', { name: 'as file' }).check();
    await say('');
    await sees('A file: raw.png');
    expect(rig.telegram.messages(rig.you).find(({ file }) => file?.kind === 'document')?.file?.bytes.byteLength).toBe(
      rig.picture.byteLength,
    );
  });

  it('offers the commands of the bot, by keyboard', async () => {
    await open();
    await tab.keyboard.type('/');
    await tab.getByRole('option', { name: '/who' }).waitFor();
    await tab.keyboard.press('Escape');
    expect(await tab.getByRole('option').count()).toBe(0);
    await tab.keyboard.type('h');
    await expect.poll(() => tab.getByRole('option').count()).toBe(1);
    await tab.keyboard.press('Enter');
    await sees('Send me a photo.');
    await tab.getByRole('button', { name: 'Menu of commands' }).click();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await sees('Reading you 5x5: /quote');
  });

  it('answers a message, and leads back to it', async () => {
    await open();
    await chat('Who was there');
    rig.telegram.person('Sam').write('Was that you?', { chat: rig.group });
    await sees('Was that you?');
    await tab.locator('article', { hasText: 'Was that you?' }).first().hover();
    await tab.getByRole('button', { name: "Reply to Sam's message" }).click();
    await say('No.');
    await sees('No. it is.');
    const [asked, , answered] = rig.telegram.messages(rig.group);
    expect(answered).toMatchObject({ text: 'No.', replyTo: asked!.messageId });
    await tab.locator('a.answered', { hasText: 'Was that you?' }).last().click();
    await expect.poll(() => tab.evaluate('document.activeElement.dataset.message')).toBe(String(asked!.messageId));
  });

  it('counts what is new elsewhere, brings it up, and posts as a channel', async () => {
    await open();
    await tab.getByText('This is a bot.').waitFor();
    // Telegram's clocks count seconds.
    rig.telegram.postAs(rig.channel, { text: 'a car', photo: rig.picture });
    rig.telegram.postAs(rig.channel, { text: 'a cat' });
    await expect.poll(() => tab.getByRole('navigation').getByRole('button').first().textContent()).toMatch(/Front door.*a cat.*2$/s);
    await chat(/Front door/);
    await sees('a car');
    await say('posted by hand');
    await expect.poll(() => rig.telegram.messages(rig.channel).at(-1)).toMatchObject({ text: 'posted by hand', from: null });
  });

  it('shows that the bot is busy, until it says something', async () => {
    await open();
    await say('hi');
    await sees('Reading you');
    await rig.api.sendChatAction(rig.you, 'typing');
    await tab.getByText('typing…').waitFor();
    await rig.api.sendMessage(rig.you, 'done');
    await expect.poll(() => tab.getByText('typing…').count()).toBe(0);
  });

  it('edits in place: the focus and the picture stay', async () => {
    await open();
    await say('hi');
    const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] };
    const { InputFile } = await import('grammy');
    const sent = await rig.api.sendPhoto(rig.you, new InputFile(rig.picture), { caption: 'one', reply_markup: keyboard });
    await tab.getByRole('button', { name: 'Yes' }).focus();
    await tab.evaluate('document.querySelector("article img").marked = true');
    await rig.api.editMessageCaption(rig.you, sent.message_id, { caption: 'two', reply_markup: keyboard });
    await sees('two');
    expect(await tab.evaluate('document.querySelector("article img").marked')).toBe(true);
    expect(await tab.evaluate('document.activeElement.dataset.press')).toBe('Yes');
    await rig.api.deleteMessage(rig.you, sent.message_id);
    await expect.poll(() => tab.locator('article img').count()).toBe(0);
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('axe finds nothing (%s, %i pixels)', async (colorScheme, width) => {
    await open({ viewport: { width, height: 844 }, colorScheme, reducedMotion: 'reduce' });
    if (width === 390) await chat(/watchpost/);
    await attach(photo());
    await say('/start');
    await tab.getByRole('button', { name: 'Learn' }).waitFor();
    await tab.getByRole('button', { name: 'Menu of commands' }).click();
    await attach(photo());
    expect(await overflows()).toBe(0);
    expect(await tab.evaluate(checkAccess)).toEqual([]);
    // Through the debugger's door: the page's policy lets no script of ours in.
    const session = await tab.context().newCDPSession(tab);
    await session.send('Runtime.evaluate', { expression: axe.source });
    const found = await tab.evaluate<{ id: string; nodes: string[] }[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`,
    );
    expect(found).toEqual([]);
  });

  it('serves nobody who comes by another name or from another site', async () => {
    await open();
    const port = new URL(rig.pageUrl).port;
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', headers: { host: 'evil.example' } }, ({ statusCode }) => resolve(statusCode)).end();
    });
    expect(status).toBe(403);
    const form = await fetch(`${rig.pageUrl}do`, { method: 'POST', body: new URLSearchParams({ do: 'send' }) });
    expect(form.status).toBe(415);
    const junk = await fetch(`${rig.pageUrl}do`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"do":"x"}' });
    expect(junk.status).toBe(400);
  });
});
