import { startPublishing } from '@watchpost/ingest/feeds/publishing';
import { toDocument } from '@watchpost/feeds/store/entry-document';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describe, expect, it, onTestFinished } from 'vitest';
import { never } from '../../../support/each-store.ts';
import { entryOf, feedOf, feedsOf, samplePostedAtMs, writtenMessageOf } from '../../../support/feed-samples.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { until } from '../../../support/until.ts';

describe('the entries of a channel', () => {
  it('are all found, also where another release wrote some of the newest', async () => {
    const documents = createMemoryDocuments();
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    const count = 1_500;
    for (let second = 0; second < count; second += 1) {
      const entry = entryOf(writtenMessageOf('A', { postedAtMs: samplePostedAtMs + second * 1_000 }));
      const document = toDocument(entry, 0, feedOf().keepMs);
      await documents.put(second === count - 1 ? { ...document, body: { v: 2 } } : document, never);
    }
    let tell = (): void => undefined;
    const publishing = startPublishing(
      {
        feeds: feedsOf([]),
        closings: new Promise((resolve) => (tell = resolve)),
        database: { isConfigured: true, current: () => null, opened: async () => ({ documents }) as never, done: Promise.resolve() },
        log: createLogger('test', 'silent'),
        now: Date.now,
      },
      stopping.signal,
    );
    const found = await publishing.entriesOf('slack:C1', samplePostedAtMs, never);
    expect(new Set(found.map(({ messageId }) => messageId)).size).toBe(count - 1);
    expect(found).toHaveLength(count - 1);
    expect(publishing.closingsKnown()).toBe(false);
    tell();
    await until('it is known which feeds are closed', () => publishing.closingsKnown());
  });
});
