import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { closestCallsMs, startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { createSlackPosts } from '@watchpost/slack/posts';
import { createTurns } from '@watchpost/visits/turns';
import { callsTo, postSaying, postsOn, sendUntilDone } from '../support/posts-rig.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
// The first request of a process arrives late, and so too near the next one.
beforeAll(async () => {
  slack = await startFakeSlack();
  await sendUntilDone(postsOn(slack), { picture: null });
  await slack.close();
});
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

/** As two workers do: what they share is in the database. */
function twoWorkers() {
  const documents = createMemoryDocuments();
  return [1, 2].map(() => createSlackPosts({ call: callsTo(slack), turns: createTurns(documents) }));
}

it('two workers show something at most once a second in a channel, posts and edits together', async () => {
  slack.chat.apartMs = 800;
  const [one, other] = twoWorkers();
  const first = await sendUntilDone(one!, { key: 'a', picture: null });
  const messageId = first.progress?.messageId ?? '';
  const channel: ChannelKey = 'slack:CRESULTS';
  await Promise.all([
    sendUntilDone(one!, { key: 'b', picture: null }),
    sendUntilDone(other!, { key: 'c', picture: null }),
    other!.edit({ channel, messageId, fileId: null, post: postSaying('1: Bob') }, never),
  ]);
  expect(slack.chat.messages.map(({ text }) => text)).toEqual(['1: Bob', '1: Ada', '1: Ada']);
  expect(slack.chat.limited).toBe(0);
  expect(closestCallsMs(slack, 'CRESULTS')).toBeGreaterThan(800);
});

it('a channel that Slack wants to be quiet holds up no other one, and is left alone by all workers', async () => {
  const [one, other] = twoWorkers();
  slack.mischief('chat.postMessage CRESULTS', { kind: 'status', status: 429, headers: { 'retry-after': '3' } });
  const limited = sendUntilDone(one!, { key: 'a', picture: null });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const startedAt = performance.now();
  await sendUntilDone(other!, { key: 'b', picture: null, channel: 'slack:C0OTHER' });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  await sendUntilDone(other!, { key: 'c', picture: null });
  await limited;
  const times = slack.calls
    .filter(({ method, args }) => method === 'chat.postMessage' && args['channel'] === 'CRESULTS')
    .map(({ atMs }) => atMs);
  expect(times).toHaveLength(3);
  expect(times[1]! - times[0]!).toBeGreaterThan(2_900);
});
