import * as fc from 'fast-check';
import { nameKey, shownName, validName } from '@watchpost/gallery/names';
import { describe, expect, it } from 'vitest';

const invalid: unknown = expect.objectContaining({ code: 'name-invalid' });
const family = '👨‍👩‍👧‍👦';

/** The characters that cases, accents, joiners and spaces are made of. */
const odd = Array.from('aAiIİıßẞsSςΣσǰŉΰᾳﬁﬅĿ·´¨\u0301\u0307\u0323\u0345\u00AD\u200D\uFE0F\u3164\u2003\u0085 ');
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...odd) }));

describe('the key of a name', () => {
  it.each([
    ['Ada Lovelace', 'ＡＤＡ  lovelace'],
    ['José', 'Jose\u0301'],
    ['Ada', 'A\u200Bd\u202Ea\uFEFF'],
    ['Strauß', 'STRAUSS'],
    ['Strauß', 'STRAUẞ'],
    ['İlker Işık', 'ilker ışık'],
    ['ΟΔΥΣΣΕΥΣ', 'Οδυσσευς'],
    ['Ada\u00A0\u2003\u0085Lovelace', ' Ada\u2028Lovelace\u3000'],
    ['❤️', '❤'],
    ['نیم\u200Cفاصله', 'نیمفاصله'],
    ['Ada', 'A\u3164da'],
    ['α\u0345\u0301', 'α\u0345\u00AD\u0301'],
  ])('is that of another spelling: %s and %s', (one, other) => {
    expect(nameKey(other)).toBe(nameKey(one));
    expect(nameKey(one)).not.toBe('');
  });

  it('differs for other names', () => {
    const keys = ['Ada', 'Áda', 'Adam', 'A da', '👩', '👨', family].map(nameKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is its own key', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is its own key, for every character of the first three planes', () => {
    const wrong = Array.from({ length: 0x3_00_00 }, (_, code) => String.fromCodePoint(code)).filter((character) => {
      const key = nameKey(`a${character}b${character}`);
      return nameKey(key) !== key;
    });
    expect(wrong).toEqual([]);
  });

  it('is that of the name as it is stored and as it is shown', () => {
    const stored = (name: string): string | null => {
      try {
        return validName(name);
      } catch {
        return null;
      }
    };
    let valid = 0;
    fc.assert(
      fc.property(text, (name) => {
        const tidy = stored(name);
        if (tidy === null) return;
        valid += 1;
        expect(nameKey(tidy)).toBe(nameKey(name));
        expect(validName(tidy)).toBe(tidy);
        expect(shownName(tidy)).toEqual({ name: tidy, problem: null });
      }),
      { numRuns: 1_000 },
    );
    expect(valid).toBeGreaterThan(300);
  });
});

describe('a valid name', () => {
  it.each([
    ['white space folded', '  Ada \n Lovelace\u3000', 'Ada Lovelace'],
    ['its accents composed', 'Jose\u0301', 'José'],
    ['no zero-width space, mark or soft hyphen', '\uFEFFA\u200Bd\u2060a\u00AD', 'Ada'],
    ['no control of direction', '\u202Eada\u202C \u2067x\u2069\u200E\u200F\u061C', 'ada x'],
    ['the joiners of emoji', `Ada ${family}`, `Ada ${family}`],
    ['the non-joiners of Persian', 'نیم\u200Cفاصله', 'نیم\u200Cفاصله'],
    ['80 characters, however they are encoded', family.repeat(30) + 'é'.repeat(50), family.repeat(30) + 'é'.repeat(50)],
  ])('has %s', (_, name, stored) => {
    expect(validName(name)).toBe(stored);
  });

  it.each([
    ['empty', ' \u2003 '],
    ['invisible', '\u200B\u202E'],
    ['only a joiner', '\u200D'],
    ['only marks', '\u0301\u0308'],
    ['a Hangul filler', '\u3164'],
    ['an empty Braille pattern', '\u2800'],
    ['too long', 'x'.repeat(81)],
    ['too long in units', family.repeat(40)],
    ['a letter with 400 accents', `a${'\u0316'.repeat(400)}`],
    ['a control character', 'Ada\u0000'],
    ['half a character', 'Ada\uD800'],
    ['a stranger', 'unknown  12'],
    ['a stranger in disguise', 'Un\u200Dknown\u00A0１２'],
    ['a stranger in capitals', 'UNKNOWN 012'],
  ])('is not %s', (_, name) => {
    expect(() => validName(name)).toThrow(invalid);
  });
});

describe('a name read from a database', () => {
  it.each<[string, unknown, string | null, string | null]>([
    ['a good one', 'Ada', 'Ada', null],
    ['one with loose spaces', ' Ada  Lovelace', 'Ada Lovelace', null],
    ['an unknown', 'Unknown 3', 'Unknown 3', null],
    ['a number', 12, null, 'is not text'],
    ['nothing', undefined, null, 'is not text'],
    ['a list', ['Ada'], null, 'is not text'],
    ['an empty one', '', null, 'is empty'],
    ['an invisible one', '\u200B\u3164', null, 'is empty'],
    ['control characters', 'A\u0000d\u001Ba\uD800', 'Ada', 'has control characters or invisible ones'],
    ['turned text', '\u202EadA', 'adA', 'has control characters or invisible ones'],
    ['a long one', 'é'.repeat(200), 'é'.repeat(80), 'is longer than 80 characters'],
    ['one of 9 MB', `Ada ${'x'.repeat(9_000_000)}`, `Ada ${'x'.repeat(76)}`, 'is longer than 80 characters'],
    ['a long one of emoji', family.repeat(50), family.repeat(36), 'is longer than 80 characters'],
    ['a letter with 500 accents', `a${'\u0316'.repeat(500)}`, null, 'is longer than 80 characters'],
  ])('%s', (_, raw, name, problem) => {
    expect(shownName(raw)).toEqual({ name, problem });
  });

  it('is fit to be stored, if there is something to show and it is not a stranger', () => {
    let shown = 0;
    fc.assert(
      fc.property(text, (raw) => {
        const { name } = shownName(raw);
        if (name === null) return;
        shown += 1;
        expect(validName(name)).toBe(name);
      }),
      { numRuns: 1_000 },
    );
    expect(shown).toBeGreaterThan(300);
  });
});
