import { shareOneConnection } from '@watchpost/gallery/stores/postgres/facts';
import { describe, expect, it } from 'vitest';

/** Clients of a pooler that lends a connection for a session, or for a transaction: the one that was given back last. */
function pooler(lends: 'session' | 'transaction') {
  const free: number[] = [];
  let opened = 100;
  const client = () => {
    let held: number | null = null;
    let inTransaction = false;
    return {
      query: async (text: string) => {
        held ??= free.pop() ?? ++opened;
        const rows = [{ pid: held }];
        if (text === 'BEGIN') inTransaction = true;
        if (text === 'ROLLBACK') inTransaction = false;
        if (lends === 'transaction' && !inTransaction) {
          free.push(held);
          held = null;
        }
        return { rows };
      },
    };
  };
  return { one: client(), other: client() };
}

describe('a pooler between us and PostgreSQL', () => {
  it.each([
    ['session', false],
    ['transaction', true],
  ] as const)('that lends connections for a %s: %s', async (lends, shares) => {
    const { one, other } = pooler(lends);
    expect(await shareOneConnection(one, other)).toBe(shares);
    // Asked once more, when connections have been given back.
    expect(await shareOneConnection(one, other)).toBe(shares);
  });
});
