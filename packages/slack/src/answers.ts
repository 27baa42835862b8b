import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { AnswerTo } from '@watchpost/shared/chat/members';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import { parseUrl } from '@watchpost/shared/parse-url';
import { renderPost, type RenderedPost } from './blocks/render-post.ts';
import type { SlackCall } from './calls.ts';
import { allowHosts, parseFileHost, type AllowsUrl } from './file-hosts.ts';

const anything = z.looseObject({});
const answerSchema = z.looseObject({ ok: z.boolean() });

/** For one answer to a response_url, milliseconds. */
const timeoutMs = 10_000;

/** Where Slack takes answers to clicks. */
const answerHost = 'hooks.slack.com';

/** The addresses that answers may be sent to. An emulated Slack takes them where its Web API is. */
export const answerAddresses = (apiUrl: string): AllowsUrl =>
  allowHosts([answerHost, new URL(apiUrl).origin].flatMap((host) => parseFileHost(host) ?? []));

/** A line of text as a post. */
export const linePost = (line: RichText): Post => ({
  summary: line.map((run) => run.text).join(''),
  picture: null,
  sections: [{ text: line, buttons: [], menu: [] }],
  footer: [],
});

export interface AnswersOptions {
  call: SlackCall;
  /** Whether an address for answers is Slack's. It comes from a request, so without this anybody's server could be asked. */
  allows: AllowsUrl;
}

/**
 * Answers somebody so that nobody else sees it: to the address that came with the click, which is good for half an hour and five answers;
 * else as an ephemeral message; else by direct message. What Slack refuses in all three ways is dropped: nobody waits for it. Rejects
 * with a transient error where a later attempt may succeed.
 */
export function createAnswers({ call, allows }: AnswersOptions): (to: AnswerTo, post: Post, signal: AbortSignal) => Promise<void> {
  return async (to, post, signal) => {
    const rendered = renderPost(post, { fileId: null });
    if (to.url !== null && (await respond(to.url, rendered, allows, signal))) return;
    if (to.channel !== null) {
      const args = { channel: channelId(to.channel), user: to.member, ...rendered, ...(to.thread !== null && { thread_ts: to.thread }) };
      if (await isTaken(call('chat.postEphemeral', args, anything, signal))) return;
    }
    await isTaken(
      call('chat.postMessage', { channel: to.member, ...rendered, unfurl_links: false, unfurl_media: false }, anything, signal),
    );
  };
}

/** False: Slack refuses it. Rejects with transient errors. */
async function isTaken(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof AppError && error.retry !== 'transient') return false;
    throw error;
  }
}

/** False: this address takes no answer, or none any more. */
async function respond(address: string, { text, blocks }: RenderedPost, allows: AllowsUrl, signal: AbortSignal): Promise<boolean> {
  const url = parseUrl(address);
  if (!url || !allows(url)) return false;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text, blocks }),
      redirect: 'error',
      signal: within(signal, timeoutMs),
    });
    const said = (await response.text()).trim();
    return said === 'ok' || answerSchema.safeParse(parsed(said)).data?.ok === true;
  } catch (error) {
    if (signal.aborted) throw new AppError('aborted', 'answer stopped', { cause: error });
    // The other ways may be open.
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
