import { createTakeForFeeds } from '@watchpost/ingest/platforms/slack/feeds/feeds';
import { createSeal } from '@watchpost/ingest/platforms/slack/watch/2-to-jobs';
import { writtenSchema } from '@watchpost/shared/chat/written';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { jobDefinitions, parseJob } from '@watchpost/shared/jobs/job-kinds';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyEvent, anything, anyText } from '../../../support/any-event.ts';
import { approvalSample, feedOf } from '../../../support/feed-samples.ts';
import { editEvent, messageEvent } from '../../../support/watched-rig.ts';
import { silentIngestMetrics } from '../../../support/silent-ingest-metrics.ts';

const fields = ['text', 'blocks', 'attachments', 'files', 'username', 'thread_ts', 'subtype', 'user', 'bot_id', 'event_ts', 'reactions'];
const over = fc.dictionary(fc.constantFrom(...fields), anything);
const reaction = fc.record({ reaction: anything, user: anything, event_ts: anything, ts: anyText }).map(({ ts, ...rest }) => ({
  event: { type: 'reaction_added', item: { type: 'message', channel: 'C1', ts }, ...rest },
}));
const profile = fc
  .record({ type: fc.constantFrom('user_change', 'emoji_changed', 'channel_rename'), user: anything, channel: anything, name: anything })
  .map((event) => ({ event }));
const anySaid = fc.oneof(
  anyEvent,
  over.map(messageEvent),
  fc.tuple(over, over).map(([after, before]) => editEvent(after, before)),
  reaction,
  profile,
);

it('whatever Slack sends about a channel of a feed, its job is one that the queue and the worker take', { timeout: 60_000 }, async () => {
  const sent: Job[] = [];
  const seal = createSeal(['the-key-of-these-tests-with-32-characters']);
  const feeds = ['slack:C1', 'slack:C0CAMS'].map((channel, index) =>
    feedOf({ slug: `feed-${String(index)}`, channel: channel as 'slack:C1', approval: { ...approvalSample, emoji: ['a', 'tada'] } }),
  );
  const take = createTakeForFeeds({
    feeds: { all: () => feeds, of: (channel) => feeds.filter((feed) => feed.channel === channel) },
    times: { takes: () => true },
    closingsKnown: () => true,
    adminChannel: null,
    identity: () => ({ userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' }),
    seal,
    sender: { send: async (job) => void sent.push(job), ping: async () => undefined, counts: async () => [], close: async () => undefined },
    ingestMetrics: silentIngestMetrics,
    log: createLogger('test', 'silent'),
    now: () => 1_700_000_000_000,
  });
  await fc.assert(
    fc.asyncProperty(anySaid, async (body) => {
      const before = sent.length;
      const event: unknown = JSON.parse(JSON.stringify(body['event'] ?? null));
      expect(await take.event(event, null, () => 1_000)).toBe(sent.length - before);
    }),
    { numRuns: 200 },
  );
  expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['entry', 'profile']));
  expect(sent.length).toBeGreaterThan(30);
  for (const job of sent) {
    expect(parseJob(job.kind, job)).toEqual(job);
    expect(Buffer.byteLength(JSON.stringify(job))).toBeLessThanOrEqual(jobDefinitions[job.kind].mostBytes ?? 65_536);
    if (job.kind === 'entry' && job.change === 'written' && job.sealed !== null) openJson(seal.envelope, job.sealed, job.id, writtenSchema);
  }
});
