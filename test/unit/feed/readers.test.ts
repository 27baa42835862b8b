import { EventEmitter } from 'node:events';
import { createReaders, type ReaderSocket } from '@watchpost/feed/sse/readers';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

/** A connection that takes what is written, or nothing. */
function socket({ takes = true } = {}) {
  const emitter = new EventEmitter();
  const written: string[] = [];
  const state = { destroyed: false, writableLength: 0 };
  const end = (): void => {
    state.destroyed = true;
    emitter.emit('close');
  };
  const reader: ReaderSocket = {
    get destroyed() {
      return state.destroyed;
    },
    get writableLength() {
      return state.writableLength;
    },
    write: (bytes) => {
      written.push(Buffer.from(bytes).toString());
      if (!takes) state.writableLength += bytes.length;
      return takes;
    },
    end,
    destroy: end,
    once: (event, listener) => emitter.once(event, listener),
  };
  return { reader, written: () => written.join(''), isGone: () => state.destroyed };
}

function rig() {
  const seen = { cut: 0, sent: 0 };
  const readers = createReaders({ mostBytesBehind: 100, onCut: () => (seen.cut += 1), onSent: (count) => (seen.sent += count) });
  return { readers, seen };
}

describe('readers of a feed', () => {
  it('are told the same, in order, however many they are', async () => {
    const { readers, seen } = rig();
    const many = Array.from({ length: 1_100 }, () => socket());
    for (const { reader } of many) readers.add('news', reader);
    const expected = Array.from({ length: 20 }, (_, index) => `${String(index)};`);
    for (const [index, text] of expected.entries()) {
      readers.tell('news', text);
      if (index % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until('all are told', () => many.every(({ written }) => written().endsWith('19;')));
    expect(new Set(many.map(({ written }) => written()))).toEqual(new Set([expected.join('')]));
    expect(seen.sent).toBeLessThan(1_100 * 20);
  });

  it('hear only what is said after they came', async () => {
    const { readers } = rig();
    const [first, second] = [socket(), socket()];
    readers.add('news', first.reader);
    readers.tell('news', 'one;');
    readers.add('news', second.reader);
    readers.tell('news', 'two;');
    readers.tell('other', 'three;');
    await until('both are told', () => first.written().includes('two') && second.written().includes('two'));
    expect([first.written(), second.written()]).toEqual(['one;two;', 'two;']);
  });

  it('are cut off when they take nothing, and the others are not', async () => {
    const { readers, seen } = rig();
    const [slow, quick] = [socket({ takes: false }), socket()];
    readers.add('news', slow.reader);
    readers.add('news', quick.reader);
    for (let index = 0; index < 5; index += 1) {
      readers.tell('news', 'x'.repeat(40));
      await until('it is told', () => quick.written().length === 40 * (index + 1));
    }
    expect([slow.isGone(), slow.written().length, seen.cut]).toEqual([true, 120, 1]);
    expect([quick.isGone(), quick.written().length, readers.count()]).toEqual([false, 200, 1]);
  });

  it('are forgotten when they go, and all sent away at the end', async () => {
    const { readers } = rig();
    const [first, second, other] = [socket(), socket(), socket()];
    readers.add('news', first.reader);
    readers.add('news', second.reader);
    readers.add('other', other.reader);
    first.reader.destroy();
    expect([readers.count(), readers.count('news')]).toEqual([2, 1]);
    readers.close('news');
    expect([second.isGone(), other.isGone(), readers.count()]).toEqual([true, false, 1]);
    readers.close();
    expect(readers.count()).toBe(0);
  });
});
