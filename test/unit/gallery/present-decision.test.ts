import { presentDecision } from '@watchpost/gallery/decide/present-decision';
import { describe, expect, it } from 'vitest';

describe('the present decision', () => {
  it.each([
    ['unknown', 'unknown', 'unknown'],
    ['unknown', 'named', 'match'],
    ['unknown', 'ignored', 'match'],
    ['match', 'named', 'match'],
    ['match', 'unknown', 'unknown'],
    ['uncertain', 'named', 'uncertain'],
    ['unrecognisable', 'named', 'unrecognisable'],
  ] as const)('of a stored %s, the person now being %s, is %s', (stored, status, present) => {
    expect(presentDecision(stored, status)).toBe(present);
  });

  it.each([
    ['match', 'uncertain'],
    ['unknown', 'uncertain'],
    ['uncertain', 'uncertain'],
    ['unrecognisable', 'unrecognisable'],
  ] as const)('of a stored %s without a person is %s', (stored, present) => {
    expect(presentDecision(stored, null)).toBe(present);
  });
});
