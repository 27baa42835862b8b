import { checkLook } from '@watchpost/rules/create-judge';
import { afterEach, describe, expect, it, vi } from 'vitest';

function faultOf(pattern: string): string {
  try {
    checkLook({ pattern });
    return 'fine';
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
  }
}

describe('a pattern is refused in plain words', () => {
  it.each([
    ['secret(?=:)', 'lookahead and lookbehind'],
    ['(?!x)secret', 'lookahead and lookbehind'],
    ['(?<=key )\\w+', 'lookahead and lookbehind'],
    ['(?<!a)b', 'lookahead and lookbehind'],
    ['(a)\\1', 'backreferences'],
    ['(?P<x>a)(?P=x)', 'backreferences'],
    ['(?>ab)c', 'atomic groups'],
    ['a++b', 'possessive repeats'],
    ['\\u20AC', 'write \\x{20AC}'],
    ['a{1001}', '{1000} is the most'],
    ['(?:a{500}){500}', '{1000} is the most'],
    ['a**', 'two repeats follow each other'],
    ['*a', 'has nothing before it'],
    ['(a', 'a closing ) is missing'],
    ['a)', 'one ) too many'],
    ['[a', 'a closing ] is missing'],
    ['a\\', 'a single \\'],
    ['x*', 'matches the empty text'],
    ['(?:)', 'matches the empty text'],
    ['.', 'everyday sentences'],
    ['[a-z]+', 'everyday sentences'],
    ['.{0,900}a.{0,900}Z.{0,900}b.{0,900}', 'too large'],
    ['(?i)a.{450}b.{450}c', 'takes too long'],
  ])('%s: %s', (pattern, reason) => {
    expect(faultOf(pattern)).toMatch(/^pattern-invalid: /);
    expect(faultOf(pattern)).toContain(reason);
  });

  it('when it is too long', () => {
    expect(faultOf('a'.repeat(2_001))).toContain('2001 characters, 2000 are the most');
    expect(faultOf('a'.repeat(2_000))).toBe('fine');
  });
});

it.each([
  'AKIA[A-Z0-9]{16}',
  '(?i)project[- ]?falcon',
  '\\b\\d{3}-\\d{2}-\\d{4}\\b',
  '[0-9a-f]{32,64}',
  '(?i)confidential[\\s\\S]{0,200}report',
  'eyJ[\\w-]{10,500}\\.[\\w-]{10,500}\\.[\\w-]{10,500}',
  '\\p{Lu}{3}-\\d+',
  'C\\+\\+ only',
  '\\(\\?=x\\)',
  '(a+)+$',
  '(x+x+)+y',
  '.*.*.*=.*secret',
])('%s is accepted', (pattern) => {
  expect(faultOf(pattern)).toBe('fine');
});

it('a detector needs no check', () => {
  expect(() => checkLook({ detector: 'secrets' })).not.toThrow();
});

describe('a pattern on a busy machine', () => {
  afterEach(() => void vi.restoreAllMocks());

  /** Each look seems to take 6 ms, so many times; then none does. `works`: we did; else the machine did other things meanwhile. */
  const busyFor = (looks: number, works = true): void => {
    let [calls, atMs] = [0, 0];
    vi.spyOn(performance, 'now').mockImplementation(() => {
      calls += 1;
      if (calls % 2 === 0 && calls <= looks * 2) atMs += 6;
      return atMs;
    });
    vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: works && calls < looks * 2 ? 6_000 : 0, system: 0 }));
  };

  it('is accepted if it is quick once the machine has time', () => {
    busyFor(12);
    expect(faultOf('AKIA[A-Z0-9]{16}')).toBe('fine');
  });

  it('is accepted where the machine does other things all the time', () => {
    busyFor(1_000, false);
    expect(faultOf('AKIA[A-Z0-9]{16}')).toBe('fine');
  });

  it('is refused if it never is', () => {
    busyFor(1_000);
    expect(faultOf('AKIA[A-Z0-9]{16}')).toContain('takes too long');
  });
});
