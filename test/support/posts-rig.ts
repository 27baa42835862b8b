import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChannelKey, Picture } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import type { Turns } from '@watchpost/shared/chat/turns';
import { AppError } from '@watchpost/shared/errors';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPosts, type PostingTimes, type SlackPosts } from '@watchpost/slack/posts';

const never = new AbortController().signal;

/** How long the rig waits for an answer of the Web API, milliseconds. */
export const callTimeoutMs = 700;
/** How long after a lost answer a post may still appear, milliseconds. */
export const settleMs = 1_800;

const times: PostingTimes = {
  uploadTimeoutMs: callTimeoutMs,
  inPlace: { forMs: 6_000, tries: 3, backoff: { firstMs: 1, maxMs: 1 } },
  readyAfterMs: [1, 1],
  giveUpPictureMs: 60_000,
  settleMs,
  readBackAfterMs: [1, 1],
};

/** Turns that never wait: each one is written down, and how long a channel was to be left alone. */
export function notedTurns(): Turns & { taken: ChannelKey[]; held: { channel: ChannelKey; forMs: number }[] } {
  const [taken, held]: [ChannelKey[], { channel: ChannelKey; forMs: number }[]] = [[], []];
  return {
    taken,
    held,
    take: async (channel) => void taken.push(channel),
    hold: async (channel, forMs) => void held.push({ channel, forMs }),
  };
}

/** The Web API of a fake Slack; with little patience where a test lets it hang. */
export const callsTo = (slack: FakeSlack, timeoutMs = 20_000) =>
  createSlackCalls({ token: 'xoxb-test-token', apiUrl: slack.apiUrl, timeoutMs });

/** Posts on the fake Slack, with short waits. */
export function postsOn(slack: FakeSlack, { turns = notedTurns(), ...over }: Partial<PostingTimes> & { turns?: Turns } = {}): SlackPosts {
  return createSlackPosts({ call: callsTo(slack, callTimeoutMs), turns, times: { ...times, ...over } });
}

export const pictureBytes = Buffer.from('not really a picture');

/** A picture that says whether it was needed. */
export function madePicture(): Picture & { made: number } {
  const picture = {
    made: 0,
    bytes: async () => {
      picture.made += 1;
      return new Uint8Array(pictureBytes);
    },
    fileName: 'front-door.jpg',
    title: 'Front door',
    altText: 'Snapshot with 1 face',
  };
  return picture;
}

/** A small post. */
export const postSaying = (text: string): Post => ({
  summary: text,
  picture: { title: 'Front door', altText: 'Snapshot with 1 face' },
  sections: [
    {
      text: [{ text }],
      buttons: [{ label: 'This is…', target: { action: 'is', visit: 'v1', number: 1, subject: null } }],
      menu: [{ label: 'Not a face', target: { action: 'not-a-face', visit: 'v1', number: 1, subject: null } }],
    },
  ],
  footer: [{ text: 'from 2 snapshots' }],
});

/** What became of a message that was tried until it was posted. */
export interface Story {
  /** The codes of the attempts that failed. */
  failures: string[];
  /** Those that used up an attempt. */
  attemptsUsed: number;
  progress: PostProgress | null;
  /** All that was saved. */
  saves: PostProgress[];
}

/** Sends as the queue does: again after each failure that may pass, after the wait that it asks for, from what was saved. */
export async function sendUntilDone(
  posts: Pick<SlackPosts, 'send'>,
  over: Partial<NewPost> = {},
  { attempts = 5, onSave = () => undefined }: { attempts?: number; onSave?: (progress: PostProgress) => void } = {},
): Promise<Story> {
  const story: Story = { failures: [], attemptsUsed: 0, progress: over.progress ?? null, saves: [] };
  const message = {
    channel: 'slack:CRESULTS' as const,
    key: 'visit-1',
    post: postSaying('1: Ada'),
    picture: madePicture(),
    thread: null,
    ...over,
  };
  const save = async (progress: PostProgress) => {
    onSave(progress);
    story.progress = progress;
    story.saves.push(progress);
  };
  while (story.attemptsUsed < attempts && story.failures.length < 50) {
    try {
      await posts.send({ ...message, progress: story.progress }, save, never);
      return story;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      story.failures.push(error.code);
      if (error.retryAfterMs === undefined) story.attemptsUsed += 1;
      if (error.retry !== 'transient') return story;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1));
    }
  }
  return story;
}

/** The same for direct messages. */
export const directly = (posts: SlackPosts): Pick<SlackPosts, 'send'> => ({
  send: (message, save, signal) => posts.sendDirect(message, save, signal),
});

/** The first requests of a process take longer than the timeouts here. */
export async function warmUp(): Promise<void> {
  const slack = await startFakeSlack();
  await sendUntilDone(postsOn(slack));
  await slack.close();
}
