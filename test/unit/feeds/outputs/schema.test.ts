import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { feedListSchema, feedPageOf, feedPageSchema, feedHeadSchema, removedSchema } from '@watchpost/feeds/outputs/feed-page';
import { jsonFeedOf } from '@watchpost/feeds/outputs/json-feed';
import { oldShapeOf, oldShapeSchema } from '@watchpost/feeds/outputs/old-shape';
import { entryViewSchema, viewOf } from '@watchpost/feeds/outputs/view';
import { sampleContext, sampleEntry, sampleFeed, sampleNames, samplePicture } from '../../../support/entry-samples.ts';
import { fromRoot } from '../../../support/root.ts';
import { tableOf } from '../../../support/schema-table.ts';

const baseUrl = 'https://live.example.org';
const context = sampleContext({ baseUrl, names: sampleNames({ pictureUrl: (name) => `${baseUrl}/pictures/${name}` }) });
const entry = sampleEntry({ text: 'Doors open at six, says the mayor.', pictures: [samplePicture()] });
const reply = sampleEntry({ seconds: 95, text: 'They are open.', thread: entry.messageId });
const views = [reply, entry].map((each) =>
  viewOf(each, { ...context, parent: () => entry, replyCount: (id) => Number(id === entry.messageId) })!,
);
const feed = sampleFeed();
const page = feedPageOf(feed, { entries: views, nextBefore: null, position: '1795338000000.17' });

const example = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

/** docs/feed-schema.md. After a change of a schema: `CI= npx vitest run test/unit/feeds/outputs/schema.test.ts -u`. */
const document = [
  `# What feeds answer

Made of the schemas in the code by [a test](../test/unit/feeds/outputs/schema.test.ts), which fails when they differ; how to use it all: [the guide for front-end developers](guides/feed-front-end.md). New fields may come at any time; those that are here stay as they are. Times are UTC, as \`2026-11-22T10:00:00.000Z\`.`,
  `## An entry

What \`GET /feeds/SLUG/entries\` lists, and what \`event: entry\` of \`GET /feeds/SLUG/events\` brings.`,
  tableOf(entryViewSchema),
  `The HTML is made of these only: \`p\`, \`h4\`, \`br\`, \`hr\`, \`strong\`, \`em\`, \`s\`, \`u\`, \`code\`, \`pre\`, \`blockquote\`, \`ul\`, \`ol\` with \`start\`, \`li\`, \`a\` with \`href\` (http, https, mailto), \`rel\` and \`target\`, \`span\` with the classes \`mention\`, \`chat-mention\` and \`channel\`, \`time\` with \`datetime\`, and \`img\` with the class \`emoji\`. It may be put into a page as it is. All other fields are plain text: escape them.`,
  `## A page of entries

\`GET /feeds/SLUG/entries\`, with \`before\`, \`since\` and \`limit\`.`,
  tableOf(feedPageSchema, { feed: 'As below.', 'entries[]': 'Each as above.' }),
  example(page),
  `## Feeds

\`GET /feeds\`; a single one is what \`event: feed\` brings.`,
  tableOf(feedListSchema, { 'feeds[]': 'Each as below.' }),
  tableOf(feedHeadSchema),
  `## Removed

What \`event: removed\` brings. Remove its replies, too.`,
  tableOf(removedSchema),
  `## The old service's shape

\`GET /feeds/SLUG\`, and where the old paths are switched on \`/api/CHANNEL\` and \`/json/CHANNEL\`.`,
  tableOf(oldShapeSchema),
  example(oldShapeOf(feed, views, baseUrl)),
  `## JSON Feed

\`GET /feeds/SLUG/feed.json\`: [JSON Feed 1.1](https://www.jsonfeed.org/version/1.1/). An entry that is gone is not among its items any more.`,
  example(jsonFeedOf(feed, views.slice(1), { page: `${baseUrl}/feeds/council/page`, self: `${baseUrl}/feeds/council/feed.json` })),
].join('\n\n');

describe('docs/feed-schema.md', () => {
  it('says what the schemas say, with examples made by the code', async () => {
    await expect(`${document}\n`).toMatchFileSnapshot(fromRoot('docs/feed-schema.md'));
  });

  it.each([entryViewSchema, feedPageSchema, feedListSchema, oldShapeSchema])('describes every field', (schema) =>
    expect(tableOf(schema)).not.toMatch(/\|\s+\|$/m),
  );

  it.each<[string, z.ZodType, unknown]>([
    ['a page of entries', feedPageSchema, page],
    ['a list of feeds', feedListSchema, { feeds: [page.feed] }],
    ['the old shape', oldShapeSchema, oldShapeOf(feed, views, baseUrl)],
  ])('is kept by %s', (_, schema, value) => expect(schema.parse(value)).toEqual(value));
});
