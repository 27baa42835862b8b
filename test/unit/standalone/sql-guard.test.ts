import { changesSettings, refusal, subscriptions } from '@watchpost/standalone/processes/pglite/sql-guard';
import { describe, expect, it } from 'vitest';

describe('what a statement does to the shared session', () => {
  it.each([
    'DISCARD ALL',
    'select 1; deallocate all',
    '/* x */ DEALLOCATE PREPARE ALL',
    'SELECT pg_try_advisory_lock(1)',
    'COPY t (a) FROM STDIN',
  ])('refuses %s', (sql) => {
    expect(refusal(sql)).toContain('one session for all connections');
  });

  it.each(['DEALLOCATE one', 'SELECT pg_advisory_xact_lock(1)', "SELECT 'DISCARD ALL'", 'UPDATE t SET a = 1', "COPY t TO '/dev/blob'"])(
    'lets %s pass',
    (sql) => {
      expect(refusal(sql)).toBeUndefined();
    },
  );

  it.each([
    ['SET search_path = x', true],
    ['-- why\n set local x = 1', true],
    ['BEGIN; RESET ALL', true],
    ["SELECT set_config('a', 'b', false)", true],
    ['UPDATE t SET a = 1', false],
    ['SELECT offset FROM t', false],
  ])('knows whether %j changes settings', (sql, expected) => {
    expect(changesSettings(sql)).toBe(expected);
  });

  it('finds subscriptions as the database names their channels', () => {
    expect(subscriptions('LISTEN News; listen "It""s"; UNLISTEN *; SELECT listen FROM x')).toEqual([
      { listen: true, channel: 'news' },
      { listen: true, channel: 'It"s' },
      { listen: false, channel: '*' },
    ]);
  });
});
