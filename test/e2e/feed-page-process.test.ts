import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedWriter, type FeedProcess, startFeedProcess } from '../support/feed-rig.ts';
import { approvalSample, feedOf, feedsOf, writtenEventOf, writtenMessageOf } from '../support/feed-samples.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { openBrowser } from '../support/slack-page-rig.ts';

const startMs = Date.now() - 3_600_000;
const postedAtMs = (second: number): number => startMs - (startMs % 1_000) + second * 1_000;
const message = (text: string, second: number, over = {}) => writtenMessageOf(text, { postedAtMs: postedAtMs(second), ...over });
const atUs = (second: number): number => postedAtMs(second) * 1_000;

describe('the page of a feed, with the process that serves it', () => {
  const documents = createMemoryDocuments();
  const feeds = feedsOf([feedOf({ approval: approvalSample })]);
  const writer = feedWriter(documents, feeds);
  let browser: Browser;
  let running: FeedProcess;
  let tab: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    running = await startFeedProcess({ documents, feeds });
    tab = await browser.newPage();
    tab.setDefaultTimeout(10_000);
  });
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  const write = async (text: string, second: number, over = {}): Promise<unknown> =>
    writer.apply(writtenEventOf(message(text, second, over)));
  const mark = async (second: number, isSet: boolean, at: number): Promise<unknown> => {
    const { channel, messageId } = message('', second);
    return writer.apply({ kind: 'mark', channel, messageId, mark: { emoji: 'white_check_mark', member: 'U9' }, isSet, atUs: atUs(at) });
  };
  const remove = async (second: number, at: number): Promise<unknown> => {
    const { channel, messageId } = message('', second);
    return writer.apply({ kind: 'deleted', channel, messageId, atUs: atUs(at) });
  };
  const texts = () => tab.locator('#entries .text').allTextContents();

  it('shows what is approved and nothing else, while it runs and after it was away', async () => {
    await tab.goto(`${running.url}/feeds/news/page`);
    await tab.getByText('Live', { exact: true }).waitFor();
    await write('First', 1);
    await write('Waits', 2);
    await mark(1, true, 3);
    await expect.poll(texts).toEqual(['First']);
    await write('First, changed without a yes', 1, { isEdited: true, atUs: atUs(4) });
    await mark(2, true, 5);
    await expect.poll(texts).toEqual(['Waits', 'First']);

    await running.stop();
    await tab.getByText('Connection lost. Trying again…').waitFor();
    await mark(1, true, 6);
    await remove(2, 7);
    await write('Said meanwhile', 8);
    await mark(8, true, 9);
    running = await startFeedProcess({ documents, feeds, port: running.port });
    await expect.poll(texts, { timeout: 15_000 }).toEqual(['Said meanwhile', 'First, changed without a yes']);

    await mark(8, false, 10);
    await expect.poll(texts).toEqual(['First, changed without a yes']);
    expect(await (await running.get('/feeds/news/page')).text()).not.toMatch(/Waits|Said meanwhile/);
  });
});
