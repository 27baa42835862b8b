import { readingOf } from '@watchpost/rules/reading/reading';
import { describe, expect, it } from 'vitest';

describe('a text reads', () => {
  it('as it is when there is nothing unusual in it', () => {
    expect(readingOf('plain text,\n\twith 4111 1111')).toBeNull();
    expect(readingOf('größer, 東京, Привет')).toBeNull();
  });

  it.each([
    ['without what nobody sees', 'AK\u200bI\u00adA\u2060\ufeff', 'AKIA'],
    ['without control characters', 'A\u0000K\u0008IA', 'AKIA'],
    ['with plain letters and digits', 'ＡＫＩＡ\uff11\uff12 \u{1d7ce}', 'AKIA12 0'],
    ['with the digits of every script', '\u0664\u0661 \u096a', '41 4'],
    ['with one kind of space', 'a\u00a0b\u2009c\u3000d\u2800e', 'a b c d e'],
    ['with one kind of dash', '1\u20112\u20133\u20144\u22125', '1-2-3-4-5'],
    ['with one kind of quote', '\u201ea\u201d \u00abb\u00bb \u2018c\u2019', '"a" "b" \'c\''],
    ['with letters and marks composed', 'u\u0308ber', 'über'],
    ['without marks that only disguise a letter or a digit', '4\u03361\u0336', '41'],
  ])('%s', (_what, text, read) => {
    expect(readingOf(text)?.text).toBe(read);
  });
});

it('tells where each part of the reading stands in the text', () => {
  const text = 'x\u200b ＡＫ\u00adＩＡ \ufb01n';
  const reading = readingOf(text);
  if (!reading) throw new Error('it reads as it is');
  expect(reading.text).toBe('x AKIA fin');
  const original = (part: string): string => {
    const start = reading.text.indexOf(part);
    const span = reading.original({ start, end: start + part.length });
    return text.slice(span.start, span.end);
  };
  expect(original('x')).toBe('x');
  expect(original('AKIA')).toBe('ＡＫ\u00adＩＡ');
  expect(original('K')).toBe('Ｋ');
  // One character reads as two letters: each of them stands where it does.
  expect(original('fi')).toBe('\ufb01');
  expect(original('i')).toBe('\ufb01');
  expect(original('n')).toBe('n');
});
