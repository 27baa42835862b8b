import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sanitise } from '@watchpost/feeds/render/sanitise';
import { hostileHtml } from '../support/hostile-places.ts';
import { allowed } from '../support/html-faults.ts';
import { openBrowser } from '../support/slack-page-rig.ts';
import { xssStrings } from '../support/xss-strings.ts';

const site = 'https://news.example/';

/** What came of HTML in a page: scripts that ran, requests that were made, and what its elements are. */
interface Seen {
  alerts: number;
  elements: string[];
  addresses: string[];
}

/** Runs in the page: shows the HTML, has the browser write and read it again, and touches every element. */
const show = `async (html) => {
  let alerts = 0;
  window.alert = () => { alerts += 1; };
  const [first, second] = [document.createElement('div'), document.createElement('div')];
  document.body.replaceChildren(first, second);
  first.innerHTML = html;
  second.innerHTML = first.innerHTML;
  const all = [...document.body.querySelectorAll('div *')];
  for (const element of all)
    for (const type of ['focus', 'mouseover', 'toggle', 'error', 'load', 'click']) element.dispatchEvent(new Event(type, { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const namesOf = (element) => [element.localName, ...element.getAttributeNames().map((name) => element.localName + ' ' + name)];
  const addressesOf = (element) => ['href', 'src'].map((name) => element.getAttribute(name)).filter((address) => address !== null);
  return { alerts, elements: [...new Set(all.flatMap(namesOf))], addresses: [...new Set(all.flatMap(addressesOf))] };
}`;

describe('HTML of entries in a browser', () => {
  let browser: Browser;
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => browser?.close());

  /** Each in a page of its own: what some raw string started may go on for a while. */
  const shown = async (html: string[]): Promise<Seen> => {
    const tab = await browser.newPage();
    await tab.route('**/*', (route) => {
      requests.push(route.request().url());
      return route.request().url() === site ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }) : route.abort();
    });
    await tab.goto(site);
    requests.length = 0;
    const seen = await tab.evaluate<Seen>(`(${show})(${JSON.stringify(html.join('\n'))})`);
    await tab.close();
    return seen;
  };

  it('runs none of the strings that are known to run scripts', async () => {
    // Some do run, if they are written as they are: the page would tell.
    const raw = await shown([...xssStrings]);
    expect(raw.alerts).toBeGreaterThan(3);

    const html = xssStrings.flatMap((text) => hostileHtml(text).map((place) => place.html));
    expect(html.length).toBeGreaterThan(1_500);
    const seen = await shown(html);
    expect(seen.alerts).toBe(0);
    const ours = Object.entries(allowed).flatMap(([name, attributes]) => [name, ...attributes.map((attribute) => `${name} ${attribute}`)]);
    expect(seen.elements.filter((element) => !ours.includes(element))).toEqual([]);
    expect(seen.elements).toContain('a href');
    expect(seen.addresses.length).toBeGreaterThan(10);
    expect(seen.addresses.filter((address) => !/^(?:https?:\/\/|mailto:|\/(?![/\\])|data:image\/svg\+xml,%3Csvg )/.test(address))).toEqual(
      [],
    );
    expect(requests.filter((url) => /evil|xss\.js/.test(new URL(url).host + new URL(url).pathname))).toEqual([]);
  });

  it("runs none of them in an editor's HTML", async () => {
    const places = (text: string): string[] => [text, `<a href="${text}">x</a>`, `<img src="${text}">`, `<iframe src="${text}"></iframe>`];
    const clean = xssStrings.flatMap((text) => places(text).map((html) => sanitise(html, { frames: true })));
    const seen = await shown(clean);
    expect(seen.alerts).toBe(0);
    expect(
      seen.elements.filter((element) => / (?:on\w+|style|srcdoc)$|^(?:script|svg|math|object|embed|style|form|input)$/.test(element)),
    ).toEqual([]);
    expect(seen.addresses.filter((address) => !/^(?:https?:\/\/|mailto:|\/(?![/\\]))/.test(address))).toEqual([]);
  });
});
