import { describe, expect, it } from 'vitest';
import { followText } from '@watchpost/shared/settings-file/follow-text';

/** What is taken when these texts are read, one after the other. An error is thrown. */
async function takenOf(texts: readonly (string | Error)[], text = 'first'): Promise<{ taken: string[]; unreadable: string[] }> {
  const stop = new AbortController();
  const taken: string[] = [];
  const unreadable: string[] = [];
  const left = [...texts];
  const read = async (): Promise<string> => {
    const next = left.shift() ?? 'end';
    if (left.length === 0) stop.abort();
    if (next instanceof Error) throw next;
    return next;
  };
  const take = (next: string) => void taken.push(next);
  await followText({ text, read, take, onUnreadable: (error) => unreadable.push(String(error)), everyMs: 0 }, stop.signal);
  return { taken, unreadable };
}

describe('following a text', () => {
  it('takes what was read twice in a row: half a file is not', async () => {
    const { taken } = await takenOf(['first', 'half', 'half and more', 'whole', 'whole', 'whole', 'end']);
    expect(taken).toEqual(['whole']);
  });

  it('takes nothing that it has taken before, and the first text again after another one', async () => {
    expect((await takenOf(['first', 'first', 'second', 'second', 'first', 'first', 'end'])).taken).toEqual(['second', 'first']);
  });

  it('says once for each reason that it cannot be read, and goes on', async () => {
    const [gone, denied] = [new Error('gone'), new Error('denied')];
    const { taken, unreadable } = await takenOf([gone, gone, denied, 'new', gone, 'new', 'new', 'end']);
    expect(unreadable).toEqual(['Error: gone', 'Error: denied', 'Error: gone']);
    expect(taken).toEqual(['new']);
  });

  it('takes nothing that it could not read again in between', async () => {
    expect((await takenOf(['new', new Error('gone'), 'new', 'end'])).taken).toEqual([]);
  });

  it('takes nothing once it was stopped', async () => {
    expect((await takenOf(['new', 'new'])).taken).toEqual([]);
  });
});
