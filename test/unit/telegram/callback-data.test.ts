import { assert, constantFrom, integer, oneof, option, property, record, string, stringMatching, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postActions, violationActions, type ButtonTarget } from '@watchpost/shared/chat/post';
import { packTalk, packTarget, unpackTalk, unpackTarget } from '@watchpost/telegram/callback-data';

const id = (minLength: number, maxLength: number) => stringMatching(new RegExp(`^[\\w-]{${String(minLength)},${String(maxLength)}}$`));
const target: Arbitrary<ButtonTarget> = oneof(
  record({
    action: constantFrom(...postActions),
    visit: id(1, 24),
    number: option(integer({ min: 0, max: 999 })),
    subject: option(id(1, 40)),
  }),
  record({ action: constantFrom(...violationActions), violation: id(22, 22) }),
);

describe('what a button carries', () => {
  it('is at most 64 bytes, and reads as it was written', () => {
    assert(
      property(target, (each) => {
        const data = packTarget(each);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
        expect(data).toMatch(/^p[\x21-\x7e]+$/);
        expect(unpackTarget(data)).toEqual(each);
      }),
      { numRuns: 300 },
    );
  });

  it('holds the longest that there is', () => {
    const longest: ButtonTarget = { action: 'seen-before', visit: '_'.repeat(24), number: 999, subject: '-'.repeat(40) };
    expect(unpackTarget(packTarget(longest))).toEqual(longest);
    expect(packTarget(longest)).toHaveLength(64);
  });

  it('is read in one way only', () => {
    assert(
      property(string({ maxLength: 70 }), (text) => {
        const read = unpackTarget(`p${text}`);
        expect(read === null ? `p${text}` : packTarget(read)).toBe(`p${text}`);
      }),
      { numRuns: 500 },
    );
    const data = packTarget({ action: 'is', visit: 'v1', number: 1, subject: null });
    for (const other of [
      '',
      'p',
      'pa',
      `${data}~`,
      `pa0${data.slice(2)}`,
      `q${data.slice(1)}`,
      `pz${data.slice(2)}`,
      'p'.repeat(65),
      'pA1',
      'tnext',
    ])
      expect(unpackTarget(other)).toBeNull();
  });

  it('keeps its letters: buttons of older releases are still pressed', () => {
    expect(packTarget({ action: 'is', visit: 'v1', number: 1, subject: null })).toBe(
      'pa1xY(V$E}r+uAd^+cO$Uev=:Lv)TJJT67<0]-YDmSM9dZkZqbe!WCh{JmvMj0!',
    );
    expect(packTarget({ action: 'put-back', violation: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe('pDAAAAAAAAAAAAAAAAAAAAAA');
  });

  it('refuses what no button can carry', () => {
    expect(() => packTarget({ action: 'is', visit: 'a visit', number: 1, subject: null })).toThrow('no button can carry');
  });

  it('is told from what talk buttons carry', () => {
    expect(unpackTalk(packTalk('learn:1'))).toBe('learn:1');
    expect(unpackTarget(packTalk('learn:1'))).toBeNull();
    expect(unpackTalk(packTarget({ action: 'is', visit: 'v1', number: 1, subject: null }))).toBeNull();
  });
});
