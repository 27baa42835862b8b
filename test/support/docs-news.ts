import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandStorage } from '@watchpost/cli/command';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createEnvelope } from '@watchpost/shared/envelope';
import { never } from './each-store.ts';
import { approvalSample, feedOf, writtenEventOf, writtenMessageOf } from './feed-samples.ts';
import { fromRoot } from './root.ts';
import { withDocuments } from './rules-cli.ts';
import { expect } from 'vitest';

const secret = 'd'.repeat(40);
/** The message that the documents name. */
const postedAtMs = 1_763_800_000_000;
const keepMs = 100 * 365 * 86_400_000;

/** Publishes the channel that the documents' commands are about, with a message that waits. Resolves to the variables of the commands. */
export async function publishNews(root: string, { env }: CommandStorage): Promise<Record<string, string>> {
  const file = path.join(root, 'feeds.yaml');
  await writeFile(
    file,
    'feeds:\n  - { slug: city-hall, channel: C1, headline: News, keep: forever, approval: { emoji: white_check_mark, by: everyone } }\n',
  );
  await copyFile(fromRoot('deploy/schedule.example.yaml'), path.join(root, 'schedule.yaml'));
  const feed = feedOf({ slug: 'city-hall', approval: approvalSample, keepMs });
  await withDocuments(env, async (documents) => {
    const entries = createEntries({ documents, feedLog: createFeedLog(documents), envelope: createEnvelope([secret], 'jobs') });
    const message = { ...writtenMessageOf('The vote is at noon', { channel: 'slack:C1', postedAtMs }), messageId: '1763800000.000100' };
    await entries.apply(feed, writtenEventOf(message), never);
  });
  return { FEEDS_FILE: file, MESSAGE_KEY: secret };
}

/** What the documents' commands about feeds, and about jobs on a schedule, must print. */
export const newsExpectations: [of: RegExp, check: (out: string) => void][] = [
  [/^feeds check feeds\.yaml$/, (out) => expect(out).toBe('city-hall: messages of C1, approved by :white_check_mark:\n1 feed, no fault\n')],
  [/^schedule check schedule\.yaml$/, (out) => expect(out).toMatch(/^i-am-up: our own numbers, next [^]*\n4 jobs, no fault\n$/)],
  [/^feeds list$/, (out) => expect(out).toMatch(/city-hall/)],
  [/^feeds entries city-hall --held$/, (out) => expect(out).toMatch(/1763800000\.000100.*The vote is at noon/)],
  [/^feeds show city-hall 1763800000\.000100$/, (out) => expect(out).toMatch(/The vote is at noon/)],
  [/^feeds approve city-hall 1763800000\.000100$/, (out) => expect(out).toMatch(/approved/)],
  [
    /^feeds override city-hall 1763800000\.000100 "Corrected text"$/,
    (out) => expect(out).toMatch(/^city-hall 1763800000\.000100: readers /),
  ],
  [/^feeds hide city-hall 1763800000\.000100$/, (out) => expect(out).toMatch(/hidden|hid/)],
  [/^feeds history$/, (out) => expect(out).toMatch(/hid[^]*approved/)],
];
