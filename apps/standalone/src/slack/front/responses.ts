import { z } from 'zod';
import type { OnlyHere } from './only-here.ts';
import { newId, type Answer } from './web-api.ts';

/** What a response_url belongs to. */
export interface ResponseTarget {
  channel: string;
  thread: string | undefined;
  /** The message that was clicked; null: a command. */
  message: { ts: string; ephemeral: boolean } | null;
}

/** The addresses that Slack gives an app for its answers: good for five posts in half an hour. */
export interface Responses {
  /** A new address. */
  issue(target: ResponseTarget): string;
  /** Takes a post to one. Resolves to the HTTP status and body. */
  receive(path: string, body: string): Promise<{ status: number; body: string }>;
}

const longestMs = 30 * 60_000;
const mostPosts = 5;

const answerSchema = z.looseObject({
  text: z.string().default(''),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.union([z.boolean(), z.string()]).optional(),
  delete_original: z.union([z.boolean(), z.string()]).optional(),
});
export type ResponseBody = z.output<typeof answerSchema>;

/** `act`: calls the Web API as the app. `origin`: where the addresses lead. */
export function createResponses(
  origin: string,
  onlyHere: OnlyHere,
  act: (method: string, args: Record<string, unknown>) => Promise<Answer>,
): Responses {
  const issued = new Map<string, { target: ResponseTarget; left: number; endsAtMs: number }>();
  return {
    issue: (target) => {
      const id = newId();
      issued.set(id, { target, left: mostPosts, endsAtMs: Date.now() + longestMs });
      return `${origin}/response/${id}`;
    },
    receive: async (path, body) => {
      const found = issued.get(path.slice('/response/'.length));
      if (!found || found.left <= 0 || Date.now() > found.endsAtMs) return { status: 404, body: 'used_url' };
      const answer = readAnswer(body);
      if (!answer) return { status: 400, body: 'invalid_payload' };
      found.left -= 1;
      await respond(answer, found.target, onlyHere, act);
      return { status: 200, body: 'ok' };
    },
  };
}

/** What an app sent as an answer: JSON, or just words. Null: neither. */
export function readAnswer(body: string): ResponseBody | null {
  if (!body.trimStart().startsWith('{')) return body.trim() === '' ? null : { text: body, blocks: undefined };
  try {
    const answer = answerSchema.parse(JSON.parse(body));
    const says = answer.text !== '' || answer.blocks !== undefined || answer.delete_original !== undefined;
    return says ? answer : null;
  } catch {
    return null;
  }
}

/** Shows an answer where it belongs. */
export async function respond(
  { text, blocks, response_type: type, ...original }: ResponseBody,
  { channel, thread, message }: ResponseTarget,
  onlyHere: OnlyHere,
  act: (method: string, args: Record<string, unknown>) => Promise<Answer>,
): Promise<void> {
  const isTrue = (value: unknown): boolean => value === true || value === 'true';
  const shown = { text, blocks };
  if (message && isTrue(original.delete_original)) {
    if (message.ephemeral) onlyHere.remove(message.ts);
    else await act('chat.delete', { channel, ts: message.ts });
  } else if (message && isTrue(original.replace_original)) {
    if (message.ephemeral) onlyHere.replace(message.ts, shown);
    else await act('chat.update', { channel, ts: message.ts, ...shown });
  } else if (type === 'in_channel') {
    await act('chat.postMessage', { channel, thread_ts: thread, ...shown });
  } else {
    onlyHere.say({ channel, thread, ...shown, by: 'app' });
  }
}
