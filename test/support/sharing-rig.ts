import type { ChatPlatform, UploadProgress } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPlatform, type SlackPlatformOptions } from '@watchpost/slack/platform';
import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';

const never = new AbortController().signal;

/** The picture that the rig posts. */
export const sharedPicture = Buffer.from('not really a picture');
/** How long the rig waits for an answer of the Web API, milliseconds. */
export const callTimeoutMs = 700;
/** How long after the last request an upload may be replaced, milliseconds. */
export const replaceAfterMs = 1_000;

const sharing: SlackPlatformOptions['sharing'] = {
  checkAfterMs: [1, 1, 1, 1],
  replaceAfterMs,
  inPlace: { forMs: 6_000, tries: 3, backoff: { firstMs: 1, maxMs: 1 } },
};

/** A platform on the fake Slack, with short waits. */
export function sharingPlatform(slack: FakeSlack, over: Partial<SlackPlatformOptions> = {}): ChatPlatform {
  const token = 'xoxb-test-token';
  return createSlackPlatform({
    call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: callTimeoutMs }),
    token,
    allows: () => false,
    uploadTimeoutMs: callTimeoutMs,
    ...over,
    sharing: { ...sharing, ...over.sharing },
  });
}

/** What became of a post that was tried until it was done. */
export interface Story {
  /** The codes of the attempts that failed. */
  failures: string[];
  /** Those that used up an attempt. */
  attemptsUsed: number;
  progress: UploadProgress | null;
  /** How often the picture was made. */
  made: number;
  /** All that was saved, with the time, milliseconds since 1970. */
  saves: { progress: UploadProgress; atMs: number }[];
}

interface Trial {
  progress?: UploadProgress | null;
  attempts?: number;
  signal?: () => AbortSignal;
}

/** Shares as the queue does: again after each failure that may pass, after the wait that it asks for, from what was saved. */
export async function shareUntilDone(platform: ChatPlatform, { progress = null, attempts = 5, signal }: Trial = {}): Promise<Story> {
  const story: Story = { failures: [], attemptsUsed: 0, progress, made: 0, saves: [] };
  const bytes = async () => {
    story.made += 1;
    return new Uint8Array(sharedPicture);
  };
  const picture = { bytes, fileName: 'x.jpg', title: 'Front door', altText: 'Snapshot with 1 face' };
  const save = async (next: UploadProgress) => {
    story.progress = next;
    story.saves.push({ progress: next, atMs: Date.now() });
  };
  while (story.attemptsUsed < attempts && story.failures.length < 50) {
    try {
      const post = { channel: 'slack:CRESULTS' as const, picture, text: [{ text: '1 face: Ada' }], progress: story.progress };
      await platform.sharePicture(post, save, signal?.() ?? never);
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

/** How often a method was called. */
export const callsOf = (slack: FakeSlack, method: string) => slack.calls.filter((call) => call.method === method).length;
