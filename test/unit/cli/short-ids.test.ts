import { shortIds } from '@watchpost/cli/support/short-ids';
import { describe, expect, it } from 'vitest';

const ids = ['0123456789ab-0000-0000-0000-000000000', '01234567-9999-0000-0000-000000000000', '99999999-9999-0000-0000-000000000000'];

describe('short ids', () => {
  it('have eight characters, or as many as tell all apart', () => {
    const [, one = '', two = ''] = ids;
    expect([one, two].map(shortIds([one, two]))).toEqual(['01234567', '99999999']);
    const near = one.replace('-9999-0', '-9998-0');
    expect([one, near].map(shortIds([one, near, two, one]))).toEqual(['01234567-9999', '01234567-9998']);
  });

  it('leave ids that somebody chose by hand as they are', () => {
    expect(shortIds(['the-countess', 'ada'])('the-countess')).toBe('the-countess');
  });
});
