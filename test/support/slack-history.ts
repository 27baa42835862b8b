import type { SlackCall } from '@watchpost/slack/calls';

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Slack's history of one channel, newest first, in small pages. */
export function historyOf(messages: Record<string, unknown>[], pageSize = 2) {
  const asked: { method: string; args: Record<string, unknown> }[] = [];
  const call: SlackCall = async (method, args, schema) => {
    asked.push({ method, args });
    const isReplies = method === 'conversations.replies';
    const inWindow = messages
      .filter((message) =>
        isReplies ? message['thread_ts'] === args['ts'] : message['thread_ts'] === undefined || message['ts'] === message['thread_ts'],
      )
      .filter(({ ts }) => String(ts) > text(args['oldest'], '0') && String(ts) < text(args['latest'], '9'))
      .toSorted((a, b) => (isReplies ? 1 : -1) * (Number(a['ts']) - Number(b['ts'])));
    const from = Number(args['cursor'] ?? 0);
    const more = from + pageSize < inWindow.length;
    return schema.parse({
      ok: true,
      messages: inWindow.slice(from, from + pageSize),
      response_metadata: { next_cursor: more ? String(from + pageSize) : '' },
    });
  };
  return { call, asked };
}
