import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { UploadProgress } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { createSlackCalls, type SlackCall } from '@watchpost/slack/calls';
import { callTimeoutMs, sharedPicture, sharingPlatform } from '../support/sharing-rig.ts';

const never = new AbortController().signal;
const complete = 'files.completeUploadExternal';
let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

const killed = new Error('killed');

/** Counts the moments before and after each call and each write, and ends the run for good at one of them. */
function clock(killAt: number): { tick: () => void; ticks: () => number } {
  let ticks = 0;
  return {
    ticks: () => ticks,
    tick: () => {
      ticks += 1;
      if (ticks >= killAt) throw killed;
    },
  };
}

/** Shares with a process that is killed at the moment `killAts[0]`, then with one that is killed at the next, … then with one that lives. */
async function shareThroughKills(killAts: readonly number[]): Promise<{ progress: UploadProgress | null; ticks: number[] }> {
  const real = createSlackCalls({ token: 'xoxb-test', apiUrl: slack.apiUrl, timeoutMs: callTimeoutMs });
  const sharing = { checkAfterMs: [1, 1], replaceAfterMs: 20, inPlace: { forMs: 1_000, tries: 2, backoff: { firstMs: 1, maxMs: 1 } } };
  let progress: UploadProgress | null = null;
  const ticks: number[] = [];
  for (const killAt of [...killAts, Number.POSITIVE_INFINITY, ...Array.from({ length: 20 }, () => Number.POSITIVE_INFINITY)]) {
    const { tick, ticks: count } = clock(killAt);
    const call: SlackCall = async (...args) => {
      tick();
      const answer = await real(...args);
      tick();
      return answer;
    };
    const save = async (next: UploadProgress) => {
      tick();
      progress = next;
      tick();
    };
    const bytes = async () => new Uint8Array(sharedPicture);
    const picture = { bytes, fileName: 'x.jpg', title: 'x', altText: 'x' };
    try {
      const post = { channel: 'slack:CRESULTS' as const, picture, text: [{ text: 'x' }], progress };
      await sharingPlatform(slack, { call, sharing }).sharePicture(post, save, never);
      return { progress, ticks: [...ticks, count()] };
    } catch (error) {
      if (error !== killed && !(error instanceof AppError && error.retry === 'transient')) throw error;
      ticks.push(count());
      await new Promise((resolve) => setTimeout(resolve, error instanceof AppError ? (error.retryAfterMs ?? 1) : 0));
    }
  }
  throw new Error('never done');
}

/** What Slack does meanwhile. */
const weather: [string, (slack: FakeSlack) => void][] = [
  ['all is well', () => undefined],
  ['the share shows late', ({ shareDelay }) => shareDelay.push(3)],
  ['the share never shows', ({ shareDelay }) => shareDelay.push(Number.POSITIVE_INFINITY)],
  ['the answer to the request for the post is lost', (it) => it.mischief(complete, { kind: 'cut-after' })],
  ['the work is done late', (it) => it.mischief(complete, { kind: 'late-work', ms: callTimeoutMs + 50 })],
  ['the request for the post is limited', (it) => it.mischief(complete, { kind: 'status', status: 429, headers: { 'retry-after': '1' } })],
];

describe.each(weather)('When %s', (_, begin) => {
  it('a process that is killed between any two steps leaves exactly one post', async () => {
    let kills = 0;
    for (let killAt = 1; ; killAt += 1) {
      begin(slack);
      const { progress, ticks } = await shareThroughKills([killAt]);
      await slack.idle();
      expect({ killAt, posts: slack.posts.splice(0).length, state: progress?.state }).toEqual({ killAt, posts: 1, state: 'shared' });
      slack.shareDelay.length = 0;
      if (ticks[0]! < killAt) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(7);
  });
});

it('Two kills in a row, at any two moments, leave exactly one post', async () => {
  for (let first = 1; first <= 10; first += 1) {
    for (let second = 1; second <= 10; second += 1) {
      const { progress } = await shareThroughKills([first, second]);
      expect({ first, second, posts: slack.posts.splice(0).length, state: progress?.state }).toEqual({
        first,
        second,
        posts: 1,
        state: 'shared',
      });
    }
  }
});
