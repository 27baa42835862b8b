import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { mortalDocuments } from '../support/mortal-documents.ts';
import { scheduleRig } from '../support/schedule-rig.ts';

const url = 'https://example.org/feed';
const feed = (...titles: string[]): string =>
  `<rss version="2.0"><channel><title>t</title>${titles
    .map((title) => `<item><title>${title}</title><link>https://example.org/${title}</link><guid>${title}</guid></item>`)
    .join('')}</channel></rss>`;
const toOneChannel = `
timeZone: Europe/Zurich
jobs:
  - name: news
    every: 10m
    fetch: { url: "${url}", as: feed }
    store: { into: news, keep: 90d }
    post: { to: "slack:C1", item: "{title} {link}", most: 5 }
`;
const toTwoChannels = `
timeZone: Europe/Zurich
jobs:
  - name: news
    every: 1m
    fetch: { url: "${url}", as: feed }
    store: { into: news }
    post: { to: ["slack:C1", "slack:C2"], text: "New:", item: "{title}" }
`;

describe('a run of a job on a schedule', () => {
  it('tells each thing once wherever it is killed', async () => {
    for (let killedAt = 1; killedAt < 60; killedAt += 1) {
      let steps = 0;
      const stored = createMemoryDocuments(() => Date.parse('2026-11-22T12:00:05Z'));
      const step = (): void => {
        steps += 1;
        if (steps >= killedAt && steps < killedAt + 1_000 && isMortal) throw new Error('killed');
      };
      let isMortal = true;
      const { mortal } = mortalDocuments(stored, () => ({ step, written: [] }));
      const yaml = toOneChannel
        .replace('into: news', 'into: quotes')
        .replace('post:', 'mail: { to: a@example.org, subject: "{title}", item: "{title}" }\n    post:');
      const rig = scheduleRig(yaml.replace('fetch: {', 'pick: { fields: { title: title, text: title, link: link } }\n    fetch: {'), {
        documents: mortal,
      });
      rig.step.before = step;
      rig.pages.set(url, feed('two', 'one'));
      const wasKilled = await rig.run('news').then(
        () => false,
        () => true,
      );
      isMortal = false;
      if (wasKilled) {
        rig.pages.set(url, feed('three', 'two', 'one'));
        await rig.run('news');
      }
      const said = rig.said().map((text) => text.split(' ')[0]);
      expect(new Set(said).size, `killed at ${String(killedAt)}`).toBe(said.length);
      expect(said).toEqual(expect.arrayContaining(['one', 'two']));
      expect([...rig.mails.values()].map(({ subject }) => subject)).toEqual(expect.arrayContaining(['one', 'two']));
      expect(rig.quotes).toEqual(expect.arrayContaining(['one', 'two']));
      if (!wasKilled) return;
    }
    expect.unreachable('it was killed again and again');
  }, 90_000);

  it('that was killed while it told is told to its end before the next one, and no line comes twice', async () => {
    // From where it has stored what it found.
    for (let killedAt = 12; killedAt < 60; killedAt += 1) {
      let steps = 0;
      let isMortal = true;
      const step = (): void => {
        steps += 1;
        if (steps >= killedAt && isMortal) throw new Error('killed');
      };
      const { mortal } = mortalDocuments(
        createMemoryDocuments(() => rig.now()),
        () => ({ step, written: [] }),
      );
      const rig = scheduleRig(toTwoChannels, { documents: mortal });
      rig.step.before = step;
      rig.pages.set(url, feed('two', 'one'));
      const wasKilled = await rig.run('news').then(
        () => false,
        () => true,
      );
      isMortal = false;
      rig.pass(600_000);
      rig.pages.set(url, feed('three', 'two', 'one'));
      await rig.run('news');
      const lines = rig.said().flatMap((text) => text.split('\n').filter((line) => line !== 'New:'));
      expect(lines.toSorted(), `killed at ${String(killedAt)}`).toEqual(['one', 'one', 'three', 'three', 'two', 'two']);
      if (!wasKilled) return;
    }
    expect.unreachable('it was killed again and again');
  }, 90_000);
});
