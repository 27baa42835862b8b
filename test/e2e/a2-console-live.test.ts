import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startOpsConsole } from '../support/ops-console-rig.ts';
import { pagesInBrowser } from '../support/page-in-browser.ts';

/** A stream that the test moves: `live.tell('beat')`, `live.cut()`. */
const madeUp = `
  window.live = { opened: 0, tell: (type) => live.source.dispatchEvent(new MessageEvent(type, { data: '{"topic":"log"}' })) };
  live.cut = () => live.source.dispatchEvent(new Event('error'));
  window.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 0;
    constructor() { super(); live.opened += 1; live.source = this; }
    close() { this.readyState = 2; }
  };`;

describeWith(['postgres'], 'a proxy before the stream of the console', () => {
  const { open, goto, page } = pagesInBrowser(startOpsConsole);
  const banner = async (): Promise<number> => page().getByText('The connection is lost').count();
  const opened = async (): Promise<unknown> => page().evaluate('live.opened');

  const openRules = async (): Promise<void> => {
    await open('/rules');
    await page().addInitScript(madeUp);
    await page().clock.install();
    await goto('/rules');
    await page().getByRole('region', { name: 'Rules' }).waitFor();
  };

  it('that keeps what it should pass on is noticed, and pages ask by themselves meanwhile', async () => {
    await openRules();
    let asked = 0;
    page().on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/rules') asked += 1;
    });
    await page().clock.fastForward(30_000);
    expect([await banner(), await opened()]).toEqual([0, 1]);
    await page().clock.fastForward(11_000);
    await page().getByText('The connection is lost').waitFor();
    await expect.poll(() => asked).toBeGreaterThan(0);
    expect(await opened()).toBe(2);
    const before = asked;
    await page().clock.fastForward(41_000);
    await expect.poll(() => asked).toBeGreaterThan(before);
    await page().evaluate('live.tell("beat")');
    await expect.poll(banner).toBe(0);
    for (let beat = 0; beat < 6; beat += 1) {
      await page().clock.fastForward(15_000);
      await page().evaluate('live.tell("beat")');
    }
    expect([await banner(), await opened()]).toEqual([0, 3]);
  });

  it('that cuts it now and then makes no noise; one that stays away does', async () => {
    await openRules();
    await page().evaluate('live.tell("beat")');
    await page().evaluate('live.cut()');
    await page().clock.fastForward(2_000);
    expect(await banner()).toBe(0);
    await page().evaluate('live.tell("beat")');
    await page().clock.fastForward(6_000);
    expect(await banner()).toBe(0);
    await page().evaluate('live.cut()');
    await page().clock.fastForward(6_000);
    await page().getByText('The connection is lost').waitFor();
  });
});
