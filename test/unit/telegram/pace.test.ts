import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { createPace } from '@watchpost/telegram/pace';
import { createHeldFiles } from '@watchpost/telegram/posting/held-files';
import { madePicture, notedTurns } from '../../support/posts-rig.ts';

const never = new AbortController().signal;
const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof AppError ? [thrown.code, thrown.retryAfterMs] : thrown),
  );

describe('the pace', () => {
  it('is 20 messages a minute in a group, and 20 edits; elsewhere people set it', async () => {
    let nowMs = 1_000;
    const pace = createPace({ turns: notedTurns(), nowMs: () => nowMs });
    for (let count = 0; count < 20; count += 1) {
      nowMs += 100;
      expect(await codeOf(pace.talk('telegram:-5', 'send', never))).toBe('done');
    }
    expect(await codeOf(pace.talk('telegram:-5', 'send', never))).toEqual(['chat-rate-limited', 58_100]);
    expect(await codeOf(pace.talk('telegram:-5', 'edit', never))).toBe('done');
    expect(await codeOf(pace.talk('telegram:-6', 'send', never))).toBe('done');
    nowMs += 58_100;
    expect(await codeOf(pace.talk('telegram:-5', 'send', never))).toBe('done');
    for (let count = 0; count < 30; count += 1) {
      nowMs += 100;
      expect(await codeOf(pace.talk('telegram:5', 'send', never))).toBe('done');
    }
  });

  it('stops in the chat where Telegram wants it to', async () => {
    let nowMs = 1_000;
    const pace = createPace({ turns: notedTurns(), nowMs: () => nowMs });
    pace.limited('5', 10_000);
    expect(await codeOf(pace.talk('telegram:5', 'send', never))).toEqual(['chat-rate-limited', 10_000]);
    expect(await codeOf(pace.talk('telegram:6', 'send', never))).toBe('done');
    nowMs += 10_000;
    expect(await codeOf(pace.talk('telegram:5', 'send', never))).toBe('done');
  });

  it('is 25 a second in all', async () => {
    const pace = createPace({ turns: notedTurns() });
    const startMs = performance.now();
    await Promise.all(Array.from({ length: 20 }, (_, index) => pace.talk(`telegram:${index + 1}`, 'send', never)));
    // Five at once, the others 40 ms apart.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(14 * 40 - 20);
  });

  it('sends those away who would wait for long', async () => {
    const pace = createPace({ turns: notedTurns(), nowMs: () => 1_000 });
    const stop = new AbortController();
    const all = Array.from({ length: 200 }, (_, index) => codeOf(pace.talk(`telegram:${index + 1}`, 'send', stop.signal)));
    stop.abort();
    const outcomes = await Promise.all(all);
    // Six at once, then one every 40 ms for three seconds.
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(6);
    expect(outcomes.filter((outcome) => Array.isArray(outcome) && outcome[0] === 'chat-rate-limited')).toHaveLength(200 - 6 - 75);
  });

  it('of posts takes the turns that all processes share', async () => {
    const turns = notedTurns();
    await createPace({ turns }).post('telegram:5', 'edit', never);
    expect(turns.taken).toEqual(['telegram:5']);
  });
});

describe('files that wait', () => {
  it('are there until they are shown, or too many, or too old', async () => {
    let nowMs = 0;
    const held = createHeldFiles(() => nowMs);
    const first = await held.add(madePicture());
    expect(held.get(first)).toMatchObject({ fileName: 'front-door.jpg' });
    held.drop(first);
    expect(held.get(first)).toBeNull();
    const ids = [];
    for (let count = 0; count < 40; count += 1) ids.push(await held.add(madePicture()));
    expect(ids.filter((id) => held.get(id) !== null)).toEqual(ids.slice(-32));
    nowMs = 11 * 60_000;
    const last = await held.add(madePicture());
    expect([...ids, last].filter((id) => held.get(id) !== null)).toEqual([last]);
  });
});
