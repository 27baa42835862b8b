import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { PostProgress } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from '@watchpost/slack/calls';
import { createSlackPosts } from '@watchpost/slack/posts';
import { callsTo, madePicture, notedTurns, postSaying } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

class Killed extends Error {}

/** Dies at the `at`th thing that it does, each time with that thing not done, done, or done without anybody hearing of it. */
function dying(at: number, when: 'before' | 'after') {
  let count = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count === at && when === 'before') throw new Killed();
    const result = await work();
    if (count === at) throw new Killed();
    return result;
  };
}

/** Starts again after each death, with what was saved, until it is done. Resolves to how many things were done by the one that lived. */
async function untilPosted(at: number, when: 'before' | 'after', picture: ReturnType<typeof madePicture> | null) {
  let progress: PostProgress | null = null;
  let step = dying(at, when);
  let deaths = 0;
  for (let life = 0; life < 10; life += 1) {
    const call = callsTo(slack);
    const dyingCall: SlackCall = async (method, args, schema, signal) => step(() => call(method, args, schema, signal));
    const posts = createSlackPosts({
      call: dyingCall,
      turns: notedTurns(),
      times: { settleMs: 200, readyAfterMs: [1], inPlace: { forMs: 1_000, tries: 1, backoff: { firstMs: 1, maxMs: 1 } } },
    });
    const save = (next: PostProgress) => step(async () => void (progress = next));
    try {
      await posts.send({ channel: 'slack:CRESULTS', key: 'v1', post: postSaying('1: Ada'), picture, thread: null, progress }, save, never);
      return { deaths, progress };
    } catch (error) {
      if (error instanceof AppError && error.retryAfterMs !== undefined)
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
      else if (error instanceof Killed) deaths += 1;
      else throw error;
      // The next life has no accident.
      step = (work) => work();
    }
  }
  throw new Error('it was never done');
}

/** Upload: ticket, completion, save; state of the file; save, post, save. */
const steps = 7;

describe('a process that dies while it posts', () => {
  it.each(Array.from({ length: steps }, (_, index) => index + 1).flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'leaves one post: step %i, %s it was done',
    async (at, when) => {
      const picture = madePicture();
      const { deaths, progress } = await untilPosted(at, when, picture);
      expect(deaths).toBe(1);
      expect(slack.chat.messages).toHaveLength(1);
      expect(progress).toMatchObject({ state: 'posted', messageId: slack.chat.messages[0]?.ts });
      expect(slack.picture(slack.chat.messages[0]?.blocks[0]?.slack_file?.id ?? '')).not.toBeNull();
    },
  );

  it('has no more steps than these', async () => {
    expect(await untilPosted(steps + 1, 'before', madePicture())).toMatchObject({ deaths: 0 });
  });
});
