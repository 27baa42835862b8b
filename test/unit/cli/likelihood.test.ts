import { describe, expect, it } from 'vitest';
import { describeLikelihood, describeRarity } from '@watchpost/cli/support/likelihood';

describe('how likely it is', () => {
  it('is said of one person or of two, in two digits', () => {
    expect(describeLikelihood(66_123)).toBe('66,000 times likelier one person than two');
    expect(describeLikelihood(1 / 4.44)).toBe('4.4 times likelier two persons than one');
  });

  it('is said no more exactly than the fit knows', () => {
    expect(describeLikelihood(2e8)).toBe('more than a million times likelier one person than two');
    expect(describeLikelihood(0)).toBe('more than a million times likelier two persons than one');
  });
});

describe('how rare a similarity is', () => {
  it('is said as one in so many strangers, as far as the fit knows', () => {
    expect([4e-4, 2e-12, 0, 1, 12].map(describeRarity)).toEqual([
      '1 in 2,500',
      'fewer than 1 in a million',
      'fewer than 1 in a million',
      'nearly all',
      'nearly all',
    ]);
  });
});
