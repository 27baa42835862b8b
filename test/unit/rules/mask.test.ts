import { mask } from '@watchpost/rules/mask';
import { expect, it } from 'vitest';

const key = ['AKIA', 'ABCDEFGH12345678'].join('');

it.each([
  ['the first four characters of a long one, and how many are hidden', key, 'AKIA…(16)'],
  ['no more than a quarter', '12345678', '12…(6)'],
  ['nothing of a short one', 'hunter2', '…(7)'],
  ['four digits of a card number', '4111 1111 1111 1111', '4111…(15)'],
  ['nothing of nothing', '', '…(0)'],
])('shows %s', (_what, text, masked) => {
  expect(mask(text)).toBe(masked);
});

it('holds no breaks, control characters or anything that nobody sees', () => {
  expect(mask(`\u200bA\nB\u0000\u00adCDEFGHIJKLMNOP`)).toBe('A BC…(13)');
});

it('shows disguised characters as they read', () => {
  expect(mask(`ＡＫＩＡ${key.slice(4)}`)).toBe('AKIA…(16)');
});

it('counts what is too long to be read, and shows no more of it', () => {
  expect(mask('x'.repeat(100_000))).toBe('xxxx…(99996)');
});
