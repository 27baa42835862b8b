import { mentioned, oneName, twoNames, wordsOf } from '@watchpost/worker/interaction/commands/words';
import { describe, expect, it } from 'vitest';

describe('the words of a command', () => {
  it.each([
    ['Ada to Grace', 'to', [{ one: 'Ada', other: 'Grace' }]],
    ['Ada  Lovelace TO Ada King', 'to', [{ one: 'Ada Lovelace', other: 'Ada King' }]],
    ['Unknown 7 into Ada', 'into', [{ one: 'Unknown 7', other: 'Ada' }]],
    ['"Unknown 7" Ada Lovelace', 'to', [{ one: 'Unknown 7', other: 'Ada Lovelace' }]],
    ['Unknown 7 “Ada Lovelace”', 'to', [{ one: 'Unknown 7', other: 'Ada Lovelace' }]],
    ['Ada Grace', 'to', [{ one: 'Ada', other: 'Grace' }]],
    ['„Path to Rome“ to “Way to Rome”', 'to', [{ one: 'Path to Rome', other: 'Way to Rome' }]],
    [
      'Path to Rome to Way',
      'to',
      [
        { one: 'Path', other: 'Rome to Way' },
        { one: 'Path to Rome', other: 'Way' },
      ],
    ],
    ['Ada Lovelace Grace', 'to', []],
    ['Ada', 'to', []],
    ['to Ada', 'to', [{ one: 'to', other: 'Ada' }]],
    ['', 'to', []],
  ])('%s', (text, between, expected) => {
    expect(twoNames(text, between)).toEqual(expected);
  });

  it('a name may be in quotation marks, and a mark that is never closed is a letter', () => {
    expect(oneName(' "Ada  Lovelace" ')).toBe('Ada  Lovelace');
    expect(oneName('Ada   Lovelace')).toBe('Ada Lovelace');
    expect(wordsOf('Ada "the').map(({ text }) => text)).toEqual(['Ada', '"the']);
  });

  it('a mention names a member', () => {
    expect(mentioned('<@U0123>')).toBe('U0123');
    expect(mentioned('<@U0123|ada>')).toBe('U0123');
    expect(mentioned('Ada')).toBeNull();
  });
});
