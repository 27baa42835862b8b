import { createKeptFiles } from '@watchpost/worker/kept-files';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(length);

describe('a downloaded file', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is kept until its time is over, counted from the download', () => {
    const files = createKeptFiles({ maxBytes: 10, keepMs: 1_000 });
    files.keep('a', bytes(3));
    vi.advanceTimersByTime(999);
    expect(files.get('a')).toEqual(bytes(3));
    vi.advanceTimersByTime(1);
    expect(files.get('a')).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is kept no longer once it is dropped', () => {
    const files = createKeptFiles({ maxBytes: 10, keepMs: 1_000 });
    files.keep('a', bytes(3));
    files.drop('a');
    files.drop('never kept');
    expect([files.get('a'), vi.getTimerCount()]).toEqual([null, 0]);
  });

  it('makes room for newer ones, the oldest first', () => {
    const files = createKeptFiles({ maxBytes: 10, keepMs: 1_000 });
    for (const [id, length] of [
      ['a', 4],
      ['b', 3],
      ['c', 3],
      ['d', 5],
    ] as const)
      files.keep(id, bytes(length));
    expect(['a', 'b', 'c', 'd'].filter((id) => files.get(id))).toEqual(['c', 'd']);
    files.drop('d');
    files.keep('e', bytes(7));
    expect(['c', 'e'].filter((id) => files.get(id))).toEqual(['c', 'e']);
  });

  it('that is larger than all room together pushes nothing out', () => {
    const files = createKeptFiles({ maxBytes: 10, keepMs: 1_000 });
    files.keep('a', bytes(4));
    files.keep('b', bytes(11));
    expect([files.get('a'), files.get('b')]).toEqual([bytes(4), null]);
  });

  it('replaces an earlier one of its snapshot, and counts once', () => {
    const files = createKeptFiles({ maxBytes: 10, keepMs: 1_000 });
    files.keep('a', bytes(6));
    vi.advanceTimersByTime(600);
    files.keep('a', bytes(7));
    files.keep('b', bytes(3));
    vi.advanceTimersByTime(600);
    expect([files.get('a'), files.get('b')]).toEqual([bytes(7), bytes(3)]);
  });

  it.each([
    { maxBytes: 0, keepMs: 1_000 },
    { maxBytes: 10, keepMs: 0 },
  ])('is not kept with %o', (options) => {
    const files = createKeptFiles(options);
    files.keep('a', bytes(1));
    expect([files.get('a'), vi.getTimerCount()]).toEqual([null, 0]);
  });
});
