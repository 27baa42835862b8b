import type { SlackCall } from '@watchpost/slack/calls';
import { historyPages, repliesOf } from '@watchpost/slack/history';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;
const mostAsked = 50;

/** A Slack whose pages lead to each other, in a circle. */
function circling(cursors: string[], messages: object[] = []) {
  let asked = 0;
  const call: SlackCall = async (_method, _args, schema) => {
    asked += 1;
    if (asked > mostAsked) throw new Error('asked for ever');
    return schema.parse({ ok: true, messages, response_metadata: { next_cursor: cursors[asked % cursors.length] } });
  };
  return { call, asked: () => asked };
}

async function read(call: SlackCall): Promise<number> {
  let pages = 0;
  for await (const _page of historyPages(call, { channel: 'C1', oldest: '0', most: 5_000, isPatient: false }, never)) pages += 1;
  return pages;
}

describe('a history whose pages lead in a circle', () => {
  it.each([[['a']], [['a', 'b', 'c']]])('is not asked for for ever, nor taken for whole: %s', async (cursors) => {
    const empty = circling(cursors);
    await expect(read(empty.call)).rejects.toMatchObject({ code: 'chat-unavailable' });
    const full = circling(cursors, [{ ts: '1.000000' }]);
    await expect(read(full.call)).rejects.toMatchObject({ code: 'chat-unavailable' });
    const thread = circling(cursors);
    const window = { channel: 'C1', thread: '1.000000', oldest: '0', most: 1_000, isPatient: false };
    await expect(repliesOf(thread.call, window, never)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(Math.max(empty.asked(), full.asked(), thread.asked())).toBe(cursors.length + 1);
  });

  it('is read to its end where pages are empty, but others', async () => {
    expect(await read(circling(['', 'a', 'b', 'c', 'd']).call)).toBe(5);
  });
});
